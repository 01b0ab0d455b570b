import { type DecodedProgram, decodeProgram } from "../../isa/decode.ts";
import { findProgramType } from "../../program-type.ts";
import { instructionText } from "../log/instruction-text.ts";
import { registerText } from "../log/register-text.ts";
import type { Category } from "../refusal.ts";
import { TYPE } from "../state/register-type.ts";
import type { VerifierOptions } from "../verifier-options.ts";
import type { VerifierError } from "../verifier-result.ts";
import { verify } from "../verify.ts";
import { adviceFor } from "./advice/advice.ts";
import { type Cause, CauseFinder } from "./causes.ts";
import { addressOf } from "./effects.ts";
import { PathRecorder, type RecordedStep } from "./path-recorder.ts";
import type { SourceOf, SourcePlace } from "./source-place.ts";
import { inWords } from "./words.ts";

/** A step on the way to the refusal that has to do with it. */
export interface ExplainedStep extends Cause {
  /** The instruction as the kernel's logs show it. */
  readonly text: string;
  readonly source?: SourcePlace;
}

/** A refusal, taken apart. */
export interface Explanation {
  readonly category: Category;
  /** The kernel's words, the last line of them. */
  readonly reason: string;
  /** All of the kernel's words. */
  readonly lines: readonly string[];
  /** What that means: a sentence; absent where it is not known. */
  readonly meaning?: string;
  /** Slot of the refused instruction; -1 where no one instruction is to blame. */
  readonly instruction: number;
  /** The refused instruction as the kernel's logs show it. */
  readonly text?: string;
  readonly source?: SourcePlace;
  /** How it came about: where the value comes from that the reason is about, what was learnt of it, the refused instruction. */
  readonly path: readonly ExplainedStep[];
  /** What to try: a sentence. */
  readonly suggestion: string;
}

/** A refusal with all that its explanation was made of. */
export interface ExplainedRefusal {
  readonly explanation: Explanation;
  readonly error: VerifierError;
  /** The whole way to the refused instruction, as far as it is kept. */
  readonly steps: readonly RecordedStep[];
}

/**
 * Says why a program is refused, how the walk came there and what may help; undefined where it is accepted. The program is
 * walked again. Throws RangeError as `verify` does.
 */
export function explain(
  bytes: Uint8Array,
  options: VerifierOptions,
  sourceOf?: SourceOf,
): ExplainedRefusal | undefined {
  const recorder = new PathRecorder();
  const { error } = verify(bytes, { ...options, logLevel: 0, observer: recorder });
  if (error === undefined) return undefined;
  const program = decodeProgram(bytes);
  const steps = recorder.path();
  const { meaning, suggestion } = adviceFor(error.category, error.message);
  const placed = (instruction: number): { text: string; source?: SourcePlace } => {
    const it = program.instructions[instruction];
    const source = sourceOf?.(instruction);
    return {
      text: it === null || it === undefined ? "" : instructionText(it),
      ...(source === undefined ? {} : { source }),
    };
  };
  const { instruction, category, message: reason } = error;
  const explanation: Explanation = {
    category,
    reason,
    lines: error.lines,
    ...(meaning === undefined ? {} : { meaning }),
    instruction,
    ...(instruction < 0 ? {} : placed(instruction)),
    path: causesOf(program, error, recorder, options.type).map((cause) => ({ ...cause, ...placed(cause.instruction) })),
    suggestion,
  };
  return { explanation, error, steps };
}

/** Instructions that are named where a walk grew too long. */
const BUSIEST = 3;

function causesOf(
  { instructions }: DecodedProgram,
  error: VerifierError,
  recorder: PathRecorder,
  type: VerifierOptions["type"],
): readonly Cause[] {
  const steps = recorder.path();
  const last = steps[steps.length - 1];
  // It was refused before it was walked.
  if (last === undefined) return error.instruction < 0 ? [] : [{ instruction: error.instruction, says: "is refused" }];
  const here = last.index === error.instruction;
  const register = here ? blamedRegister(error, instructions[last.index]) : undefined;
  const refused = here ? refusedStep(last, register) : { instruction: error.instruction, says: "is refused" };
  if (error.category === "loop") return [...roundOf(steps, error.instruction, here), refused];
  if (error.category === "complexity" && error.instruction >= 0)
    return [
      ...recorder
        .busiest(BUSIEST)
        .filter(([, visits]) => visits > 1)
        .map(([index, visits]) => ({ instruction: index, says: `was walked ${visits} times` })),
      refused,
    ];
  if (!here) return error.instruction < 0 ? [] : [refused];
  const programType = typeof type === "object" ? type : findProgramType(type);
  const acquired = /alloc_insn=(\d+)/.exec(error.lines.join(" "))?.[1];
  if (acquired !== undefined)
    return [{ instruction: Number(acquired), says: "acquires what is not given back" }, refused];
  if (register === undefined || programType === undefined) return [refused];
  return [...new CauseFinder(steps, instructions, programType).follow(register), refused];
}

/** The refused instruction, with what it was refused for. */
function refusedStep({ index, frame, registers }: RecordedStep, register: number | undefined): Cause {
  const value = register === undefined ? undefined : registers[register];
  if (value === undefined || value.type === TYPE.notInit) return { instruction: index, says: "is refused" };
  return {
    instruction: index,
    says: `is refused: R${register} is ${inWords(value)}`,
    state: `R${register}=${registerText(value, frame, false)}`,
  };
}

/** The register that the reason is about. */
function blamedRegister(
  { lines, category }: VerifierError,
  refused: DecodedProgram["instructions"][number] | undefined,
) {
  const named = /\bR(\d+)\b/.exec(lines.join(" "))?.[1];
  if (named !== undefined) return Number(named);
  if (category === "return-value") return 0;
  return refused === null || refused === undefined ? undefined : addressOf(refused);
}

/** Where the last round of a loop began. @param here the path includes the end of the round. */
function roundOf(steps: readonly RecordedStep[], index: number, here: boolean): readonly Cause[] {
  const end = here ? steps.length - 1 : steps.length;
  for (let i = end - 1; i >= 0; i--)
    if (steps[i]!.index === index)
      return [{ instruction: index, says: `the loop goes round here, ${end - i} instructions long` }];
  return [];
}
