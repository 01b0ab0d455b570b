import { EXIT, type ExitCode } from "../../errors.ts";
import type { Terminal } from "../command.ts";
import { readInput } from "./program-file.ts";
import type { VerifyFlags } from "./verify.ts";
import { asJson } from "./verify-json.ts";
import { outcomeOf } from "./verify-outcome.ts";
import { verifyTargets } from "./verify-target.ts";
import { asText } from "./verify-text.ts";

/** Verifies the programs of a file and says what came of them. */
export async function verifyPrograms(file: string, flags: VerifyFlags, terminal: Terminal): Promise<ExitCode> {
  const targets = verifyTargets(readInput(file, terminal), flags);
  const outcomes = targets.map((target) => outcomeOf(target, flags.logLevel, flags.kernel));
  if (flags.json === true) terminal.out(`${JSON.stringify({ programs: outcomes.map(asJson) })}\n`);
  else
    for (const outcome of outcomes) {
      terminal.out(outcome.result.log);
      terminal.out(asText(outcome, terminal.outColor));
    }
  const fine = outcomes.every(({ result, kernels }) => result.accepted && kernels.every(({ loads }) => loads));
  return fine ? EXIT.ok : EXIT.programRejected;
}
