import { ConvertedProgram } from "../bpf/classic/convert/converted-program.ts";
import { JIT, Jit } from "../bpf/vm/jit/jit.ts";
import type { Engine, ProgramRunner } from "./engine.ts";

const jit = new Jit();

/** Compiles programs; classic ones are converted to extended ones first, as in the kernel. */
export const jitEngine: Engine & ProgramRunner = {
  name: JIT,
  description: "compiles each program to WebAssembly, for many packets",
  // What was converted from a checked classic program keeps to its own memory, as the kernel trusts it to.
  prepare({ instructions }, view, machine) {
    const converted = new ConvertedProgram(instructions, machine, (program, environment) =>
      jit.load(program, environment),
    );
    return { run: () => converted.run(view), release: () => converted.release() };
  },
  // Verified programs may read stack that they have not written: zeroes make them do so alike on all engines.
  load: (program, environment) => jit.load(program, environment, { clearStacks: true }),
};
