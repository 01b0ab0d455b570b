import { EXIT, type ExitCode } from "../errors.ts";
import { lint } from "../lint/lint.ts";
import { subjectOf } from "../lint/subject.ts";
import { openTopology } from "../open-topology.ts";
import { painter } from "../report/paint.ts";
import { printable } from "../report/printable.ts";
import { TOKENS } from "../tokens.ts";
import type { Terminal } from "./command.ts";
import type { LintFlags } from "./lint.ts";

/** Puts a topology together and tells what rules have against it. */
export async function lintTopology(file: string, flags: LintFlags, terminal: Terminal): Promise<ExitCode> {
  const { topology, container } = await openTopology(file);
  const scene = await container.get(TOKENS.TopologyRunner).assemble(topology);
  try {
    const found = lint(subjectOf(topology, scene.programs, container.get(TOKENS.HookRegistry)));
    const paint = painter(terminal.outColor);
    if (flags.json) terminal.out(`${JSON.stringify(found, undefined, 2)}\n`);
    else
      for (const { rule, place, message, hint } of found)
        terminal.out(
          `${printable(`${place.file}:${place.line ?? 1}:${place.column ?? 1}`)}: ${paint.yellow(`warning[${rule}]`)}: ${printable(message)}\n  ${printable(hint)}\n`,
        );
    return found.length === 0 ? EXIT.ok : EXIT.expectationFailed;
  } finally {
    scene.close();
  }
}
