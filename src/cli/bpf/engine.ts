import type { Surroundings } from "../../bpf/helpers/plain.ts";
import { BPF_ENGINES, type BpfEngine } from "../../bpf/vm/engine.ts";
import { ProgramFault } from "../../bpf/vm/program-fault.ts";
import { UnloadableProgram } from "../../bpf/vm/unloadable-program.ts";
import { fail } from "../../errors.ts";
import { printable } from "../../report/printable.ts";
import { Random } from "../../simulation/random.ts";
import type { Terminal } from "../command.ts";
import { refuse } from "./program-file.ts";

/** The engine of that name, which commander has checked. */
export function engineNamed(name: string): BpfEngine {
  return BPF_ENGINES.find((engine) => engine.name === name)!;
}

/** Time that passes, and chance that is the same each time. */
export function surroundings(terminal: Terminal): Surroundings {
  const chance = new Random(1n, "bpf run");
  return {
    nanoseconds: () => BigInt(Math.round(terminal.clock() * 1e6)),
    random: () => chance.uint32(),
    print: (text) => terminal.error(`bpf_trace_printk: ${printable(text.replace(/\n$/, ""))}\n`),
  };
}

/** Gives what is wrong with a program, at load or while it runs, as a NetsimError `program-rejected`. */
export function orRefusal<T>(file: string, action: () => T, where = ""): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof UnloadableProgram) return refuse(file, error.problems);
    if (error instanceof ProgramFault) return fail("program-rejected", error.message + where, { place: { file } });
    throw error;
  }
}
