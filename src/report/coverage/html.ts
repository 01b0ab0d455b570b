import { type InstructionCoverage, type ProgramCoverage, totalsOf } from "../../testing/coverage/coverage.ts";
import type { SourceReader } from "../diagnostics.ts";
import { printable } from "../printable.ts";
import { percent } from "./text.ts";

const STYLE = `body{font:14px/1.4 system-ui,sans-serif;margin:2em;max-width:110em}table{border-collapse:collapse;font:13px/1.35 ui-monospace,monospace}
td{padding:0 .8em;white-space:pre;vertical-align:top}td.n{text-align:right;color:#667}tr.no{background:#fdd}tr.half{background:#ffeab8}tr.yes td.c{color:#070}
tr.line td{padding-top:.5em;font-weight:600}h2{font-size:1.1em;margin-top:2em}
@media (prefers-color-scheme:dark){body{background:#16181c;color:#ddd}tr.no{background:#5a1f24}tr.half{background:#574416}tr.yes td.c{color:#8d8}}`;

/** A page of its own: programs with their lines and instructions, how often each ran, and which way branches went. */
export function coverageAsHtml(programs: readonly ProgramCoverage[], source: SourceReader): string {
  const body = programs.map((program) => section(program, source)).join("\n");
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Coverage of BPF programs</title><style>${STYLE}</style></head>\n<body><h1>Coverage of BPF programs</h1>\n${body}\n</body></html>\n`;
}

function section(program: ProgramCoverage, source: SourceReader): string {
  const { instructions, branches } = totalsOf(program);
  const ways = branches[1] === 0 ? "" : `, ${branches[0]} of ${branches[1]} ways of branches`;
  let where = "";
  const rows = program.instructions.flatMap((one) => {
    const at = one.place?.line === undefined ? "" : `${one.place.file}:${one.place.line}`;
    const isNew = at !== "" && at !== where;
    where = at;
    return [...(isNew ? [lineRow(at, one, source)] : []), row(one)];
  });
  return `<h2>${escaped(program.name)}</h2>\n<p>${instructions[0]} of ${instructions[1]} instructions (${percent(instructions)} %)${ways}</p>\n<table>\n${rows.join("\n")}\n</table>`;
}

function lineRow(at: string, { place }: InstructionCoverage, source: SourceReader): string {
  const text = source(place!.file)?.[place!.line! - 1] ?? "";
  return `<tr class="line"><td></td><td></td><td>${escaped(at)}</td><td>${escaped(text)}</td></tr>`;
}

function row({ index, text, count, branch }: InstructionCoverage): string {
  const isHalf = branch !== undefined && (branch.jumped === 0 || branch.wentOn === 0);
  const ways = branch === undefined ? "" : `jumps ${branch.jumped}, goes on ${branch.wentOn}`;
  const kind = count === 0 ? "no" : isHalf ? "half" : "yes";
  return `<tr class="${kind}"><td class="n c">${count}</td><td class="n">${index}</td><td>${escaped(text)}</td><td>${ways}</td></tr>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return printable(text).replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
