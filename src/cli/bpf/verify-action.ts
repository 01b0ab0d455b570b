import { explorePage, LARGEST_PROGRAM } from "../../bpf/verifier/explore/page.ts";
import { EXIT, type ExitCode, fail, NetsimError } from "../../errors.ts";
import type { Terminal } from "../command.ts";
import { showDiagnostics } from "../show-failure.ts";
import { readInput, writeOutput } from "./program-file.ts";
import type { VerifyFlags } from "./verify.ts";
import { asJson } from "./verify-json.ts";
import { outcomeOf } from "./verify-outcome.ts";
import { type VerifyTarget, verifyTargets } from "./verify-target.ts";
import { asText } from "./verify-text.ts";

/** Verifies the programs of a file and says what came of them. */
export async function verifyPrograms(file: string, flags: VerifyFlags, terminal: Terminal): Promise<ExitCode> {
  const { targets, passedOver } = verifyTargets(readInput(file, terminal), flags);
  if (flags.explore !== undefined) writeWalk(flags.explore, targets);
  const outcomes = targets.map((target) => outcomeOf(target, flags.logLevel, flags.kernel));
  if (flags.json === true) {
    const notVerified = passedOver.map(({ name, section, problem }) => ({ name, section, message: problem.message }));
    const programs = outcomes.map(asJson);
    terminal.out(`${JSON.stringify({ programs, ...(notVerified.length > 0 && { notVerified }) })}\n`);
  } else
    for (const outcome of outcomes) {
      terminal.out(outcome.result.log);
      terminal.out(asText(outcome, terminal.outColor));
    }
  const fine = outcomes.every(({ result, kernels }) => result.accepted && kernels.every(({ loads }) => loads));
  if (passedOver.length === 0) return fine ? EXIT.ok : EXIT.programRejected;
  const unknown = new NetsimError(passedOver.map(({ problem }) => problem));
  showDiagnostics(unknown.diagnostics, terminal);
  return fine ? unknown.exitCode : EXIT.programRejected;
}

/** Writes the page that shows the walk. Throws a NetsimError. */
function writeWalk(file: string, targets: readonly VerifyTarget[]): void {
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0)
    fail("usage", "--explore shows one program, and the file has several.", {
      hint: `Name one with --program: ${targets.map(({ name }) => name).join(", ")}.`,
    });
  const { name, section, bytes, options, functionNames } = target;
  // A text's own lines say what the instructions do.
  const sourceOf = section === null ? () => undefined : target.sourceOf;
  const page = explorePage({ name, bytes, options, type: options.type, sourceOf, functionNames });
  if (page === undefined)
    fail(
      "unsupported",
      `'${name}' has no control-flow graph to show: it is empty, longer than ${LARGEST_PROGRAM} instructions, or a jump or call leads nowhere.`,
    );
  writeOutput(file, Buffer.from(page));
}
