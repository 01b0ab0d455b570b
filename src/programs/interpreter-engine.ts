import { ClassicInterpreter } from "../bpf/classic/interpreter.ts";
import type { Engine } from "./engine.ts";

/** The readable reference: every other engine is compared with it. */
export const interpreterEngine: Engine = {
  name: "interpreter",
  description: "runs each instruction as it stands; the reference that other engines are compared with",
  prepare: (program) => new ClassicInterpreter(program.instructions),
};
