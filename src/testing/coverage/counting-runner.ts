import { type ClassicInstruction, isBranch } from "../../bpf/classic/instruction.ts";
import { ClassicInterpreter } from "../../bpf/classic/interpreter.ts";
import { shortText } from "../../bpf/classic/listing.ts";
import { decodeProgram } from "../../bpf/isa/decode.ts";
import { disassembleInstruction } from "../../bpf/isa/disassembler/disassemble.ts";
import type { DenseCode } from "../../bpf/vm/interpreter/dense-code.ts";
import { SteppedProgram } from "../../bpf/vm/interpreter/stepped-program.ts";
import type { ProgramRunner, VerifiedProgram } from "../../programs/engine.ts";
import { type Countable, CoverageCounter } from "./counter.ts";
import type { ProgramCoverage } from "./coverage.ts";

/** Runs programs on the interpreter and counts what each of them runs. */
export class CountingRunner implements ProgramRunner {
  private readonly counters: CoverageCounter[] = [];
  private readonly byCode = new Map<DenseCode, CoverageCounter>();
  /** The instruction before, and whose it was. */
  private before: { code: DenseCode; slot: number } | undefined;

  get coverage(): ProgramCoverage[] {
    return this.counters.map(({ coverage }) => coverage);
  }

  readonly prepare: ProgramRunner["prepare"] = ({ name, instructions }, view) => {
    const interpreter = new ClassicInterpreter(instructions);
    const counter = this.add(new CoverageCounter(name, classicListing(instructions)));
    const path: number[] = [];
    return {
      run: () => {
        path.length = 0;
        const result = interpreter.run(view, path);
        countPath(counter, path);
        return result;
      },
    };
  };

  readonly load: ProgramRunner["load"] = (bytes, environment, verified) => {
    const program = new SteppedProgram(bytes, environment, (code, slot) => this.step(code, slot));
    this.byCode.set(program.code, this.add(new CoverageCounter(verified.name, listingOf(verified, program))));
    return program;
  };

  private step(code: DenseCode, slot: number): void {
    const { before } = this;
    // What a branch goes to runs right after it, in the same program.
    this.byCode.get(code)?.step(slot, before?.code === code ? before.slot : undefined);
    if (before?.code === code) before.slot = slot;
    else this.before = { code, slot };
  }

  private add(counter: CoverageCounter): CoverageCounter {
    this.counters.push(counter);
    return counter;
  }
}

/** Counts a run of a classic program by the numbers of its instructions. */
export function countPath(counter: CoverageCounter, path: readonly number[]): void {
  path.forEach((index, i) => {
    counter.step(index, path[i - 1]);
  });
}

export function classicListing(instructions: readonly ClassicInstruction[]): Countable[] {
  return instructions.map((instruction, index) => {
    const { code, jt, jf } = instruction;
    return {
      index,
      text: shortText(instruction, index),
      // Where both ways lead to one instruction there is no branch; which of them goes far does not matter.
      ...(isBranch(code) && jt !== jf && { target: index + 1 + jt }),
    };
  });
}

/** Instructions as they were given; branches that the verifier found to go one way only are none. */
function listingOf({ bytes, placeOf }: VerifiedProgram, { instructions: running }: SteppedProgram): Countable[] {
  return decodeProgram(bytes).instructions.flatMap((it) => {
    if (it === null || it === undefined) return [];
    const runs = running[it.index];
    const target = runs?.kind === "branch" && runs.target !== it.index + 1 ? { target: runs.target } : {};
    return [{ index: it.index, text: disassembleInstruction(it, "kernel"), place: placeOf(it.index), ...target }];
  });
}
