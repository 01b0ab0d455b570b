/** Bytes of an instruction; a 64-bit immediate load takes two (RFC 9669 section 3). */
export const INSTRUCTION_BYTES = 8;

/**
 * An instruction as it lies in memory, one 8-byte slot (`struct bpf_insn`), little-endian:
 *
 *     byte 0   1          2 3       4 5 6 7
 *     opcode   src | dst  offset    imm
 *              7-4   3-0  signed    signed
 */
export interface RawInstruction {
  opcode: number;
  dst: number;
  src: number;
  /** Signed, 16 bits. */
  offset: number;
  /** Signed, 32 bits. */
  imm: number;
}

export type AluOperation =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "sdiv"
  | "or"
  | "and"
  | "lsh"
  | "rsh"
  | "arsh"
  | "mod"
  | "smod"
  | "xor"
  | "mov";

/** Comparisons, named after the instructions: `s` for signed; `set` is "any common bit". */
export type Condition = "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "sgt" | "sge" | "slt" | "sle" | "set";

export type AtomicOperation = "add" | "or" | "and" | "xor" | "xchg" | "cmpxchg";

/** What a 64-bit immediate that is no plain number stands for. */
export type ReferenceTarget = "map-fd" | "map-value" | "btf-id" | "function" | "map-index" | "map-index-value";

type Bytes = 1 | 2 | 4 | 8;

/** Parts that every decoded instruction has. */
interface Positioned {
  /** Slot of the instruction (of its first half), counting from 0: what the kernel calls instruction number. */
  readonly index: number;
}

/** The second operand: a register, or `imm` where `src` is null. */
interface TwoSources {
  readonly src: number | null;
  /** Signed, 32 bits; the instruction extends its sign where it works on 64 bits. 0 where `src` is a register. */
  readonly imm: number;
}

/**
 * `dst = dst operation source`; a 32-bit result clears the upper half. `div` and `mod` are unsigned, `sdiv` and `smod`
 * signed.
 */
export interface Alu extends Positioned, TwoSources {
  readonly kind: "alu";
  readonly bits: 32 | 64;
  readonly operation: AluOperation;
  readonly dst: number;
}

/** `dst = -dst` */
export interface Negate extends Positioned {
  readonly kind: "negate";
  readonly bits: 32 | 64;
  readonly dst: number;
}

/** `dst` = the lowest `from` bits of `src`, sign-extended to `bits`. */
export interface MoveSigned extends Positioned {
  readonly kind: "move-signed";
  readonly bits: 32 | 64;
  readonly from: 8 | 16 | 32;
  readonly dst: number;
  readonly src: number;
}

/**
 * Swaps the lowest `bits` of `dst` always (`swap`) or between host and little- or big-endian order, and clears the
 * rest.
 */
export interface ByteSwap extends Positioned {
  readonly kind: "byte-swap";
  readonly order: "le" | "be" | "swap";
  readonly bits: 16 | 32 | 64;
  readonly dst: number;
}

/** `dst = addr_space_cast(src, to, from)`: an arena pointer (address space 1) from or to a kernel pointer (0). */
export interface AddressSpaceCast extends Positioned {
  readonly kind: "address-space-cast";
  readonly dst: number;
  readonly src: number;
  readonly to: number;
  readonly from: number;
}

/** `dst = &(void __percpu *)(src)`: found only in what the kernel made of a program. */
export interface PercpuAddress extends Positioned {
  readonly kind: "percpu-address";
  readonly dst: number;
  readonly src: number;
}

/** `dst = value` */
export interface Constant extends Positioned {
  readonly kind: "constant";
  readonly dst: number;
  /** Unsigned, 64 bits. */
  readonly value: bigint;
}

/**
 * `dst` = the address of something that the loader knows.
 *
 * | to | imm | nextImm |
 * |---|---|---|
 * | map-fd, map-index | map's descriptor, or its index among those given at load | 0 |
 * | map-value, map-index-value | the same | byte offset into the map's first value |
 * | btf-id | BTF type of a kernel variable | descriptor of its module's BTF, or 0 |
 * | function | distance: the function begins at index + 1 + imm | not looked at |
 */
export interface Reference extends Positioned {
  readonly kind: "reference";
  readonly to: ReferenceTarget;
  readonly dst: number;
  readonly imm: number;
  readonly nextImm: number;
}

/** `dst = *(src + offset)`, zero- or sign-extended to 64 bits. */
export interface Load extends Positioned {
  readonly kind: "load";
  readonly bytes: Bytes;
  readonly signed: boolean;
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
  /** It gives 0 where nothing is at the address: see `Environment.probes`. */
  readonly probes?: true;
}

/** `*(dst + offset) = source` */
export interface Store extends Positioned, TwoSources {
  readonly kind: "store";
  readonly bytes: Bytes;
  readonly dst: number;
  readonly offset: number;
}

/**
 * `*(dst + offset) operation= src`. With `fetch`, `src` gets the value from before; `xchg` and `cmpxchg` always fetch,
 * and `cmpxchg` compares with R0 and gives the value from before in R0.
 */
export interface Atomic extends Positioned {
  readonly kind: "atomic";
  readonly bytes: 4 | 8;
  readonly operation: AtomicOperation;
  readonly fetch: boolean;
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
}

/** `dst = *(src + offset)` with acquire ordering. */
export interface LoadAcquire extends Positioned {
  readonly kind: "load-acquire";
  readonly bytes: Bytes;
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
}

/** `*(dst + offset) = src` with release ordering. */
export interface StoreRelease extends Positioned {
  readonly kind: "store-release";
  readonly bytes: Bytes;
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
}

/**
 * `R0 = packet[src + imm]` in host order (LD_ABS where `src` is null, else LD_IND); outside the packet the program ends
 * with 0.
 */
export interface PacketLoad extends Positioned, TwoSources {
  readonly kind: "packet-load";
  readonly bytes: 1 | 2 | 4;
}

/** Goes to the slot `target`; `far` is the form with a 32-bit distance. */
export interface Jump extends Positioned {
  readonly kind: "jump";
  readonly far: boolean;
  readonly target: number;
}

/** Goes to the slot `target` where `dst condition source` holds, compared in the lowest `bits`. */
export interface Branch extends Positioned, TwoSources {
  readonly kind: "branch";
  readonly bits: 32 | 64;
  readonly condition: Condition;
  readonly dst: number;
  readonly target: number;
}

/**
 * Goes to the slot `target` once the program has used up its loop budget (Linux 6.9: 8,388,608 rounds, 0.25 s since
 * 6.15).
 */
export interface MayGoto extends Positioned {
  readonly kind: "may-goto";
  readonly target: number;
}

/** Calls a helper by its number. */
export interface CallHelper extends Positioned {
  readonly kind: "call-helper";
  /** Signed as encoded; no helper has a number below 1. */
  readonly helper: number;
}

/** Calls the function of this program that begins at the slot `target`. */
export interface CallLocal extends Positioned {
  readonly kind: "call-local";
  readonly target: number;
}

/**
 * Calls a kernel function by its BTF id; `module` is an index among the descriptors given at load, 0 for the kernel
 * itself.
 */
export interface CallKernel extends Positioned {
  readonly kind: "call-kernel";
  readonly btfId: number;
  readonly module: number;
}

/** Calls what a register says: compilers write it, Linux refuses it. */
export interface CallRegister extends Positioned {
  readonly kind: "call-register";
  readonly register: number;
}

/** Returns R0 to the caller, or ends the program with it. */
export interface Exit extends Positioned {
  readonly kind: "exit";
}

/** An instruction with its meaning spelt out. Jumps carry the slot they go to, not a distance. */
export type Instruction =
  | Alu
  | Negate
  | MoveSigned
  | ByteSwap
  | AddressSpaceCast
  | PercpuAddress
  | Constant
  | Reference
  | Load
  | Store
  | Atomic
  | LoadAcquire
  | StoreRelease
  | PacketLoad
  | Jump
  | Branch
  | MayGoto
  | CallHelper
  | CallLocal
  | CallKernel
  | CallRegister
  | Exit;

/** Slots that an instruction takes. */
export function slotsOf(instruction: Instruction): 1 | 2 {
  return instruction.kind === "constant" || instruction.kind === "reference" ? 2 : 1;
}
