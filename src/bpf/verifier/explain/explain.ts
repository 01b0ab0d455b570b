import type { DecodedProgram } from "../../isa/decode.ts";
import type { Instruction } from "../../isa/instruction.ts";
import { instructionText } from "../log/instruction-text.ts";
import type { Category } from "../refusal.ts";
import type { VerifierError } from "../verify.ts";
import { suggestionFor } from "./suggestion.ts";

/** Steps that are told; the last ones matter most. */
const MAX_STEPS = 12;

/** An instruction on the way to the refusal that has to do with it. */
export interface ExplainedStep {
  /** Slot of the instruction. */
  readonly instruction: number;
  /** As the kernel's logs show it. */
  readonly text: string;
  /** `sets R2`, `compares R2`, `refused` */
  readonly role: string;
}

/** A refusal, taken apart. */
export interface Explanation {
  readonly category: Category;
  /** The kernel's words. */
  readonly reason: string;
  /** Slot of the refused instruction; -1 where no one instruction is to blame. */
  readonly instruction: number;
  /** How the value came about that the reason is about: from its origin to the refused instruction. */
  readonly path: readonly ExplainedStep[];
  /** What to try; absent where there is no good advice. */
  readonly suggestion?: string;
}

/** Says why a program was refused, how the walk came there and what may help. */
export function explain(program: DecodedProgram, error: VerifierError): Explanation {
  const suggestion = suggestionFor(error.category, error.message);
  return {
    category: error.category,
    reason: error.message,
    instruction: error.instruction,
    path: causes(program.instructions, error),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** Follows the register that the reason names back along the path. */
function causes(
  instructions: DecodedProgram["instructions"],
  { path, message, lines }: VerifierError,
): ExplainedStep[] {
  const last = path[path.length - 1];
  if (last === undefined) return [];
  const steps: ExplainedStep[] = [];
  const tell = (index: number, role: string): void => {
    const it = instructions[index];
    if (it !== null && it !== undefined) steps.push({ instruction: index, text: instructionText(it), role });
  };
  tell(last, "refused");
  const named = /\bR(\d+)\b/.exec(lines.find((line) => /\bR\d+\b/.test(line)) ?? message)?.[1];
  if (named === undefined) return steps;
  const wanted = new Set([Number(named)]);
  for (let i = path.length - 2; i >= 0 && wanted.size > 0 && steps.length < MAX_STEPS; i--) {
    const it = instructions[path[i]!];
    if (it === null || it === undefined) continue;
    const set = setBy(it);
    if (set !== undefined && wanted.has(set)) {
      tell(path[i]!, `sets R${set}`);
      wanted.delete(set);
      for (const source of readBy(it)) if (source !== 10) wanted.add(source);
    } else if (it.kind === "branch") {
      const compared = [it.dst, it.src].find((register) => register !== null && wanted.has(register));
      if (compared !== undefined) tell(path[i]!, `compares R${compared}`);
    } else if (isCall(it) && [0, 1, 2, 3, 4, 5].some((register) => wanted.has(register))) {
      const lost = [0, 1, 2, 3, 4, 5].filter((register) => wanted.has(register));
      tell(path[i]!, lost.includes(0) ? "sets R0" : `leaves R${lost[0]} unset`);
      for (const register of lost) wanted.delete(register);
    }
  }
  return steps.reverse();
}

const isCall = ({ kind }: Instruction): boolean =>
  kind === "call-helper" || kind === "call-kernel" || kind === "packet-load";

function setBy(it: Instruction): number | undefined {
  switch (it.kind) {
    case "alu":
    case "negate":
    case "byte-swap":
    case "move-signed":
    case "constant":
    case "reference":
    case "load":
    case "load-acquire":
      return it.dst;
    case "atomic":
      return it.fetch ? (it.operation === "cmpxchg" ? 0 : it.src) : undefined;
    default:
      return undefined;
  }
}

/** Registers that its result is made of. */
function readBy(it: Instruction): readonly number[] {
  switch (it.kind) {
    case "alu": {
      const sources = it.src === null ? [] : [it.src];
      return it.operation === "mov" ? sources : [it.dst, ...sources];
    }
    case "negate":
    case "byte-swap":
      return [it.dst];
    case "move-signed":
    case "load":
    case "load-acquire":
      return [it.src];
    default:
      return [];
  }
}
