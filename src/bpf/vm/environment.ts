import type { Reference } from "../isa/instruction.ts";
import type { HostFunction } from "./host-function.ts";
import type { Machine } from "./machine.ts";

/**
 * What one program is loaded against: the machine, and the names that its instructions use. Engines ask for every name
 * when they load the program and never while it runs.
 *
 * Values in registers:
 * - a pointer is the 64-bit zero-extended address of a byte in `machine.memory`; addresses below 65,536 belong to nothing;
 * - a function pointer is a number in `machine.functions`;
 * - a map is its address, whose meaning is the map type's own (a program array: program-array.ts);
 * - an arena pointer is an address like any other, so that address-space casts only clear the upper half.
 *
 * Rules that every engine keeps:
 * - the program starts with R1 = the context's address and R10 = `machine.stack.top`; R0 at its end is the result;
 * - helper 12 (bpf_tail_call) belongs to the engine: R2 is a program array, R3 the index. It goes on behind the instruction where
 *   the index (32 bits) is out of range, the entry is empty or MAX_TAIL_CALLS were made (counted from the start of `run`, entries
 *   that are empty not among them); else the function that makes it is replaced, its caller and frame kept. The host's stack
 *   does not grow;
 * - a packet load outside the packet ends the function with R0 = 0, and its context is what R6 points at;
 * - `may-goto` grants a function MAY_GOTO_ROUNDS each time that it is entered;
 * - an engine that checks (an unverified program) gives a function a stack of zeroes each time that it is entered.
 */
export interface Environment {
  readonly machine: Machine;
  readonly context: ContextLayout;
  /** The helper of that number, or undefined where programs of this kind have none. Never asked for bpf_tail_call. */
  helper(number: number): HostFunction | undefined;
  /** Numbers of all helpers that there are, for whoever asked for another one. */
  helperNumbers?(): Iterable<number>;
  /** The kernel function of that BTF id; `module` is an index among the descriptors given at load, 0 for the kernel itself. */
  kernelFunction(btfId: number, module: number): HostFunction | undefined;
  /**
   * What the register holds after a 64-bit immediate that names a map, a map's value or a kernel variable: unsigned, 64 bits.
   * Undefined where nothing has the name. Never asked for functions of the program, which the engine numbers itself.
   */
  resolve(reference: Reference): bigint | undefined;
  /**
   * Slot of the function that goes on where the program throws an exception (bpf_throw): it gets the thrown number in R1 and the
   * main function's stack, and its R0 is the main function's. Without one that number is.
   */
  readonly exceptionCallback?: number | undefined;
  /**
   * Slots of loads that may find nothing at their address and give 0 then, as Linux has them for pointers to its own structs
   * (BPF_PROBE_MEM): any address in memory from 65,536 on may be read by them.
   */
  readonly probes?: ReadonlySet<number>;
}

/** What a context is to an engine: bytes in memory that the program's R1 points at. */
export interface ContextLayout {
  /** Bytes that the program may touch. */
  readonly size: number;
  /** Where the context says which packet it is about; absent where programs have no packet. */
  readonly packet?: PacketFields;
}

/**
 * Byte offsets, from the context's address, of u32 fields: they may lie behind the `size` bytes that programs see.
 * The packet's bytes are contiguous, whatever part of them programs may reach directly.
 */
export interface PacketFields {
  /** Address of the byte that offset 0 of a packet load means (skb->data). */
  readonly data: number;
  /** Bytes from there to the packet's end (skb->len). */
  readonly length: number;
  /** Address of the first byte that programs may touch, where something lies before the data: `data_meta`. Absent: where the data begins. */
  readonly first?: number;
  /** False: programs have no packet loads (LD_ABS, LD_IND), and only reach it by its addresses. */
  readonly loads?: false;
  /** Lowest address that negative offsets may reach (skb->head). */
  readonly head: number;
  /** Address that SKF_LL_OFF counts from; 0 where the packet has none. */
  readonly macHeader: number;
  /** Address that SKF_NET_OFF counts from. */
  readonly networkHeader: number;
}

/** A program loaded into an engine. */
export interface Executable {
  /** Its main function's number in `machine.functions`, which program arrays hold. */
  readonly slot: number;
  /** Runs it. Returns the low 32 bits of R0 as a signed number; `>>> 0` gives them unsigned. Throws ProgramFault. */
  readonly run: (context: number) => number;
  /** The same with all 64 bits of R0, unsigned. */
  runWide(context: number): bigint;
  /**
   * Runs it `count` times: context addresses are the u32 at `contexts`, `contexts + 4`, ...; results (low 32 bits of R0) go to
   * the u32 at `results`, `results + 4`, ....
   */
  readonly runBatch: (contexts: number, count: number, results: number) => void;
  /** Gives back what it holds. It must not be run or called any more. */
  release(): void;
}
