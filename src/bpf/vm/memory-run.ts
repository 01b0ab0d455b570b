import type { BpfEngine } from "./engine.ts";
import type { Environment, Executable } from "./environment.ts";
import type { HostFunction } from "./host-function.ts";
import { HostPointer } from "./host-pointer.ts";
import { linkProgram } from "./link.ts";
import { Machine } from "./machine.ts";
import { LinearMemory } from "./memory.ts";
import { ProgramFault } from "./program-fault.ts";

/** What a program left behind. */
export interface MemoryRun {
  /** Unsigned, 64 bits. */
  readonly r0: bigint;
  /** The memory that it was given, as it is now. */
  readonly memory: Uint8Array;
}

/**
 * A program that is given nothing but memory, as ubpf and bpf_conformance do: R1 is the memory's address (0 where there is
 * none) and R2 its length. A helper's number is also a pointer to it for `callx`.
 */
export class MemoryProgram {
  private readonly machine = new Machine(new LinearMemory());
  private readonly executable: Executable;
  private readonly address: number;
  private readonly content: Uint8Array;

  /** Throws UnloadableProgram. */
  constructor(
    program: Uint8Array,
    memory: Uint8Array,
    engine: BpfEngine,
    helpers: ReadonlyMap<number, HostFunction> = new Map(),
  ) {
    const { machine } = this;
    this.content = memory;
    this.address = memory.length === 0 ? 0 : machine.memory.allocate(memory.length);
    const environment: Environment = {
      machine,
      context: { size: memory.length },
      helper: (number) => helpers.get(number),
      kernelFunction: () => undefined,
      resolve: () => undefined,
    };
    addPointers(machine, helpers);
    // Problems are to be told of the program as it was given.
    linkProgram(program, environment);
    this.executable = engine.load(withLength(program, memory.length), environment);
  }

  /** Runs it on the memory as it was given. Throws ProgramFault. */
  run(): MemoryRun {
    const { machine, address, content } = this;
    machine.memory.bytes.set(content, address);
    try {
      const r0 = this.executable.runWide(address);
      return { r0, memory: machine.memory.bytes.slice(address, address + content.length) };
    } catch (error) {
      throw error instanceof ProgramFault ? ofGivenProgram(error) : error;
    }
  }
}

/** Engines start programs with R1 only: an instruction in front of the program sets R2. */
function withLength(program: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(8 + program.length);
  whole.set([0xb7, 0x02]);
  new DataView(whole.buffer).setInt32(4, length, true);
  whole.set(program, 8);
  return whole;
}

/** The fault with its instruction counted without the one in front. */
function ofGivenProgram({ reason, instruction, message }: ProgramFault): ProgramFault {
  const given = instruction - 1;
  return new ProgramFault(reason, given, message.replace(`Instruction ${instruction}`, `Instruction ${given}`));
}

/** Takes the function numbers from 1 on for the helpers; there is no function yet. */
function addPointers({ functions }: Machine, helpers: ReadonlyMap<number, HostFunction>): void {
  for (let number = 1; number <= Math.max(0, ...helpers.keys()); number++) {
    const helper = helpers.get(number);
    functions.add(helper === undefined ? { engine: "none", call: () => 0n } : new HostPointer(helper));
  }
}
