import { convertClassic } from "../../bpf/classic/convert/convert.ts";
import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { encodeProgram } from "../../bpf/isa/encode.ts";
import type { Executable } from "../../bpf/vm/environment.ts";
import { Jit } from "../../bpf/vm/jit/jit.ts";
import { Machine } from "../../bpf/vm/machine.ts";
import { LinearMemory } from "../../bpf/vm/memory.ts";
import { InterpretedFilter, type SeccompFilter } from "./filter.ts";
import { SECCOMP_DATA_BYTES, SECCOMP_DATA_WORDS } from "./seccomp-data.ts";

const jit = new Jit();

/** Where compiled filters run: one struct seccomp_data that all of them read. */
export class SeccompMachine {
  readonly machine = new Machine(new LinearMemory());
  readonly address = this.machine.memory.allocate(SECCOMP_DATA_BYTES);
  private bytes: Uint8Array = new Uint8Array();
  private view: Uint32Array = new Uint32Array();

  /** The struct in words. Writing to it spares the filters a copy. */
  get words(): Uint32Array {
    const { bytes } = this.machine.memory;
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = new Uint32Array(bytes.buffer, this.address, SECCOMP_DATA_WORDS);
    }
    return this.view;
  }
}

/** A filter compiled to WebAssembly by way of the extended program that the kernel makes of it, for many calls. */
export class CompiledFilter implements SeccompFilter {
  readonly program: readonly ClassicInstruction[];
  readonly kernelLength: number;
  private readonly reference: InterpretedFilter;
  private readonly place: SeccompMachine;
  private readonly executable: Executable;

  /** Throws RangeError for a filter that the kernel refuses. */
  constructor(program: readonly ClassicInstruction[], place: SeccompMachine) {
    this.reference = new InterpretedFilter(program);
    this.program = program;
    this.kernelLength = this.reference.kernelLength;
    this.place = place;
    // A checked classic program keeps to its context and scratch slots, as the kernel trusts it to.
    this.executable = jit.load(encodeProgram(convertClassic(program, "seccomp")), {
      machine: place.machine,
      context: { size: SECCOMP_DATA_BYTES },
      helper: () => undefined,
      kernelFunction: () => undefined,
      resolve: () => undefined,
    });
  }

  run(words: Uint32Array): number {
    const own = this.place.words;
    if (words !== own) own.set(words);
    return this.executable.run(this.place.address) >>> 0;
  }

  trace(words: Uint32Array, path: number[]): number {
    return this.reference.trace(words, path);
  }

  /** Gives back what it holds. It must not be run any more. */
  release(): void {
    this.executable.release();
  }
}
