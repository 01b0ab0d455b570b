import { nearestName } from "../bpf/nearest-name.ts";
import { ERROR_CODES, type ErrorCode, EXIT, type ExitCode, fail } from "../errors.ts";
import type { Explanation } from "../explanations/explanation.ts";
import { EXPLANATIONS, FINDINGS } from "../explanations/explanations.ts";
import { painter } from "../report/paint.ts";
import type { Terminal } from "./command.ts";

const EXPLAINED: ReadonlyMap<string, Explanation> = new Map(Object.entries({ ...EXPLANATIONS, ...FINDINGS }));
const CODES = [...EXPLAINED.keys()];

/** How many names an unknown code is answered with at most. */
const MOST_NAMES = 3;

/** Prints every code with what it means, a line each. */
export function listCodes(terminal: Terminal): ExitCode {
  const width = Math.max(...CODES.map((code) => code.length));
  for (const code of CODES) terminal.out(`${code.padEnd(width)}  ${EXPLAINED.get(code)!.meaning}\n`);
  return EXIT.ok;
}

/** Prints what is known of one code. Throws a NetsimError `usage` with the nearest codes where there is no such one. */
export function explain(word: string, terminal: Terminal): ExitCode {
  // Diagnostics print codes as error[CODE]: what is copied from there is understood.
  const wanted = /^(?:error|warning|risk|trap|note)?\[(.*)\]$/.exec(word)?.[1] ?? word;
  const explanation = EXPLAINED.get(wanted);
  if (explanation === undefined) {
    const near = nearestCodes(wanted);
    return fail("usage", `There is no code '${wanted}'.`, {
      hint: near.length > 0 ? `Near it are ${near.join(", ")}.` : "`netsim explain` lists the codes.",
    });
  }
  const { meaning, cause, remedy } = explanation;
  const paint = painter(terminal.outColor);
  const exit = ERROR_CODES[wanted as ErrorCode];
  terminal.out(`${paint.bold(wanted)}  ${exit === undefined ? "a finding" : `exit code ${exit}`}\n`);
  terminal.out(`${meaning}\n\nUsual cause: ${cause}\nWhat to do: ${remedy}\n`);
  return EXIT.ok;
}

/** Codes that a word may stand for: mistyped ones, nearest first, then those that share one of its words. */
function nearestCodes(word: string): readonly string[] {
  const near = new Set<string>();
  for (let name = nearestName(word, CODES); name !== undefined && near.size < MOST_NAMES; ) {
    near.add(name);
    name = nearestName(
      word,
      CODES.filter((code) => !near.has(code)),
    );
  }
  const parts = new Set(word.toLowerCase().split(/[-_ ]/));
  for (const code of CODES)
    if (near.size < MOST_NAMES && code.split("-").some((part) => parts.has(part))) near.add(code);
  return [...near];
}
