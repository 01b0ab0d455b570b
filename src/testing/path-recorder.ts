import { ClassicInterpreter } from "../bpf/classic/interpreter.ts";
import { shortText } from "../bpf/classic/listing.ts";
import { disassembleInstruction } from "../bpf/isa/disassembler/disassemble.ts";
import { SteppedProgram } from "../bpf/vm/interpreter/stepped-program.ts";
import type { ProgramRunner } from "../programs/engine.ts";

/** An instruction that ran, in words. */
export interface RanInstruction {
  readonly index: number;
  readonly text: string;
}

/** Instructions of a run that are kept; a loop may run many more. */
const MOST_KEPT = 100_000;

/** What runs programs and keeps which instructions the last run took: the interpreter, stopped after each of them. */
export class PathRecorder implements ProgramRunner {
  private path: RanInstruction[] = [];

  /** What ran since the last call. */
  take(): readonly RanInstruction[] {
    const { path } = this;
    this.path = [];
    return path;
  }

  readonly prepare: ProgramRunner["prepare"] = ({ instructions }, view) => {
    const interpreter = new ClassicInterpreter(instructions);
    return {
      run: () => {
        const ran: number[] = [];
        const result = interpreter.run(view, ran);
        for (const index of ran) this.path.push({ index, text: shortText(instructions[index]!, index) });
        return result;
      },
    };
  };

  readonly load: ProgramRunner["load"] = (program, environment) =>
    new SteppedProgram(program, environment, ({ instructions }, index) => {
      const instruction = instructions[index];
      if (this.path.length < MOST_KEPT && instruction)
        this.path.push({ index, text: disassembleInstruction(instruction, "kernel") });
    });
}
