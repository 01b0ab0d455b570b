import { decodeProgram } from "../../isa/decode.ts";
import { type ExplainedRefusal, explain } from "../explain/explain.ts";
import type { SourceOf } from "../explain/source-place.ts";
import { instructionText } from "../log/instruction-text.ts";
import { divideProgram } from "../program/subprograms.ts";
import { Refusal } from "../refusal.ts";
import type { VerifierOptions } from "../verifier-options.ts";
import type { VerifierResult } from "../verifier-result.ts";
import { verify } from "../verify.ts";
import { escapeHtml, scriptJson } from "./escape.ts";
import { graphSvg } from "./graph.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { DEFAULT_LIMITS, type RecordLimits, WalkRecord } from "./walk-record.ts";

/** What a page is made of. */
export interface ExplorePageInput {
  /** Title: the program's name. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly options: VerifierOptions;
  /** The type's name, for people. */
  readonly type: string;
  readonly sourceOf: SourceOf;
  /** Names of functions by the slots where they begin. */
  readonly functionNames?: ReadonlyMap<number, string>;
  readonly limits?: RecordLimits;
}

/**
 * The walk over a program as an HTML page that needs nothing else: the control-flow graph, states at each instruction, where
 * pruning cut, and the way to a refusal. Undefined where the program has no graph to show: it is empty or larger than
 * LARGEST_PROGRAM, or a jump or call leads out of it. Throws RangeError as `verify` does.
 */
export function explorePage(input: ExplorePageInput): string | undefined {
  const { bytes, options, sourceOf } = input;
  const program = decodeProgram(bytes);
  const { instructions } = program;
  if (instructions.length === 0 || instructions.length > LARGEST_PROGRAM) return undefined;
  const limits = input.limits ?? DEFAULT_LIMITS;
  const record = new WalkRecord(instructions.length, limits);
  const result = verify(bytes, { ...options, logLevel: 0, observer: record });
  const refusal = result.accepted ? undefined : explain(bytes, options, sourceOf);
  const model = modelOf(bytes);
  if (model === undefined) return undefined;
  const path = refusal?.steps.map(({ index }) => index) ?? [];
  const refused = refusal?.error.instruction ?? -1;
  const svg = graphSvg({
    model,
    record,
    sourceOf,
    path: new Set(path),
    isStep: stepsOf(path),
    refused,
    functionNames: input.functionNames ?? new Map(),
  });
  const strings = new Strings();
  const data = {
    refused,
    path: path.slice(-LONGEST_PATH),
    instructions: record.instructions.map(({ visits, pruned, states }, index) => {
      const it = instructions[index];
      const source = sourceOf(index);
      return {
        text: it === null || it === undefined ? "" : instructionText(it),
        ...(source === undefined ? {} : { source: `${source.file}:${source.line}  ${source.text?.trim() ?? ""}` }),
        visits,
        pruned,
        states: states.map(({ from, frame, values }) => [
          from,
          frame,
          values.map(([name, value, changed]) => (changed ? [name, strings.of(value), 1] : [name, strings.of(value)])),
        ]),
      };
    }),
    strings: strings.all,
  };
  return html(input, result, refusal, record, svg, scriptJson(data));
}

/** Slots of the largest program that is drawn. */
export const LARGEST_PROGRAM = 20_000;

/** Steps of the way to the refusal that the page can go along; the last ones. */
const LONGEST_PATH = 2000;

function stepsOf(path: readonly number[]): (from: number, to: number) => boolean {
  const steps = new Set(path.map((at, i) => `${at} ${path[i + 1]}`));
  return (from, to) => steps.has(`${from} ${to}`);
}

/** The program in functions; undefined where it cannot be divided. */
function modelOf(bytes: Uint8Array) {
  try {
    return divideProgram(decodeProgram(bytes), bytes);
  } catch (reason) {
    if (reason instanceof Refusal) return undefined;
    throw reason;
  }
}

/** Texts, each kept once. */
class Strings {
  readonly all: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.all.length;
      this.#numbers.set(text, number);
      this.all.push(text);
    }
    return number;
  }
}

function html(
  { name, type }: ExplorePageInput,
  { accepted, statistics }: VerifierResult,
  refusal: ExplainedRefusal | undefined,
  { met, kept }: WalkRecord,
  svg: string,
  data: string,
): string {
  const left =
    kept < met ? `; ${kept.toLocaleString("en")} of ${met.toLocaleString("en")} states are in this page` : "";
  const walked = `${some(statistics.instructionsProcessed, "instruction")} walked, ${some(statistics.totalStates, "state")} kept for pruning${left}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(name)} - the verifier's walk</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(name)}</h1>
<span class="verdict ${accepted ? "yes" : "no"}">${accepted ? "accepted" : "refused"} as ${escapeHtml(type)}</span>
<span class="stat">${walked}</span>
<span class="space"></span>
<button data-key="-" title="smaller (-)" aria-label="smaller">&minus;</button>
<button data-key="0" title="whole graph (0)">fit</button>
<button data-key="+" title="larger (+)" aria-label="larger">+</button>
</header>
<main>
<div id="graph" tabindex="0" aria-label="Control-flow graph">${svg}</div>
<aside aria-live="polite">
${refusal === undefined ? "" : refusalHtml(refusal)}
<section><h2>Instruction</h2><span class="now" id="now"></span><p id="visits" class="dimmed"></p></section>
<section><h2>What is known before it</h2>
<div class="pager" id="pager"><button data-key="h" aria-label="state before">&larr;</button><button data-key="l" aria-label="next state">&rarr;</button><span id="which" class="dimmed"></span></div>
<table><tbody id="values"></tbody></table></section>
<section class="keys"><h2>Keys</h2>
<kbd>&uarr;</kbd> <kbd>&darr;</kbd> instruction &nbsp; <kbd>&larr;</kbd> <kbd>&rarr;</kbd> its states<br>
${refusal === undefined ? "" : "<kbd>p</kbd> <kbd>n</kbd> along the way to the refusal &nbsp; <kbd>r</kbd> the refusal<br>"}
<kbd>+</kbd> <kbd>-</kbd> <kbd>0</kbd> <kbd>1</kbd> size &nbsp; &#9986; n: the walk was cut there n times<br>
blue: jumps, grey: straight on, dashed: never walked${refusal === undefined ? "" : ", red: the way to the refusal"}; numbers: how often</section>
</aside>
</main>
<script>const DATA = ${data};
${SCRIPT}</script>
</body>
</html>
`;
}

const some = (count: number, what: string): string => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

function refusalHtml({ explanation }: ExplainedRefusal): string {
  const { category, reason, meaning, suggestion, path } = explanation;
  const steps = path.map(
    ({ instruction, text, says }) =>
      `<li tabindex="0" data-go="${instruction}"><code>${instruction}: ${escapeHtml(text)}</code><span>${escapeHtml(says)}</span></li>`,
  );
  return `<section class="refusal"><b>${category}: ${escapeHtml(reason)}</b>
${meaning === undefined ? "" : `<p>${escapeHtml(meaning)}</p>`}
<p>${escapeHtml(suggestion)}</p></section>
${steps.length < 2 ? "" : `<section><h2>Because</h2><ol class="because">${steps.join("")}</ol></section>`}`;
}
