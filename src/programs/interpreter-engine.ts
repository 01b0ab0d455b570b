import { ClassicInterpreter } from "../bpf/classic/interpreter.ts";
import { InterpretedProgram } from "../bpf/vm/interpreter/interpreted-program.ts";
import type { Engine, ProgramRunner } from "./engine.ts";

/** The readable reference: every other engine is compared with it. */
export const interpreterEngine: Engine & ProgramRunner = {
  name: "interpreter",
  description: "runs each instruction as it stands; the reference that other engines are compared with",
  prepare({ instructions }, view) {
    const interpreter = new ClassicInterpreter(instructions);
    return { run: () => interpreter.run(view) };
  },
  load: (program, environment) => new InterpretedProgram(program, environment),
};
