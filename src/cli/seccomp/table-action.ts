import { EXIT, type ExitCode } from "../../errors.ts";
import { describeAction, effectOf, runsCall } from "../../hooks/seccomp/action.ts";
import { printable } from "../../report/printable.ts";
import { answersTo } from "../../seccomp/analysis/answers.ts";
import type { Architecture } from "../../seccomp/architecture/architecture.ts";
import { syscallSince, syscallsOf } from "../../seccomp/architecture/syscalls.ts";
import type { Policy } from "../../seccomp/policy.ts";
import { writeOutput } from "../bpf/program-file.ts";
import type { Terminal } from "../command.ts";
import { decided } from "./decided.ts";
import { readPolicy } from "./policy-file.ts";
import type { CallTableFlags } from "./table.ts";

/** What one call's line says. */
interface Row {
  readonly architecture: string;
  readonly call: string;
  readonly nr: number;
  readonly since: string | null;
  readonly answers: readonly { readonly answer: string; readonly runs: boolean; readonly when: readonly string[] }[];
}

/** Says of every call of a profile's architectures what happens to it. */
export async function callTable(file: string, flags: CallTableFlags, terminal: Terminal): Promise<ExitCode> {
  const policy = readPolicy(file, flags, "linear", terminal);
  const architectures = policy.profile?.architectures ?? [policy.architecture];
  const rows = decided(policy.file, () => architectures.flatMap((architecture) => rowsOf(policy, architecture)));
  const text = { text: asText, html: asHtml, json: asJson }[flags.format](rows, policy.file);
  if (flags.output === undefined) terminal.out(text);
  else writeOutput(flags.output, Buffer.from(text));
  return EXIT.ok;
}

function rowsOf({ program }: Policy, architecture: Architecture): Row[] {
  return syscallsOf(architecture).map(({ name, nr }) => ({
    architecture: architecture.name,
    call: name,
    nr,
    since: syscallSince(name, architecture) ?? null,
    answers: answersTo(program, architecture, nr).map(({ returnValue, when }) => ({
      answer: describeAction(returnValue),
      runs: runsCall(effectOf(returnValue)),
      when,
    })),
  }));
}

/** Most classes of arguments that a line of text names. */
const MOST = 4;

function answerText({ answers }: Row): string {
  const [only] = answers;
  if (answers.length === 1) return only!.answer;
  return answers.map(({ answer, when }) => `${answer} if ${whenText(when)}`).join("; ");
}

function whenText(when: readonly string[]): string {
  const shown = when.slice(0, MOST).map((each) => (each === "" ? "anything" : each));
  if (when.length > MOST) shown.push(`${when.length - MOST} more`);
  return shown.join(", or ");
}

function asText(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ call }) => call.length));
  const numbers = Math.max(...rows.map(({ nr }) => `${nr}`.length));
  let text = "";
  let architecture = "";
  for (const row of rows) {
    if (row.architecture !== architecture) text += `${text === "" ? "" : "\n"}${row.architecture}\n`;
    architecture = row.architecture;
    text += `  ${`${row.nr}`.padStart(numbers)}  ${row.call.padEnd(width)}  ${answerText(row)}\n`;
  }
  return text;
}

function asJson(rows: readonly Row[]): string {
  return `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`;
}

function asHtml(rows: readonly Row[], file: string): string {
  const title = escaped(printable(`System calls under ${file}`));
  const body = rows
    .map((row) => {
      const kinds = new Set(row.answers.map(({ runs }) => runs));
      const kind = kinds.size > 1 ? "some" : kinds.has(true) ? "runs" : "refused";
      const cells = [row.architecture, `${row.nr}`, row.call, row.since ?? "", answerText(row)];
      return `<tr class="${kind}">${cells.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`;
    })
    .join("\n");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${title}</title>
<style>
body { font: 14px system-ui, sans-serif; margin: 2em; }
table { border-collapse: collapse; }
th { text-align: left; position: sticky; top: 0; background: #fff; }
th, td { padding: 0.1em 0.8em; border-bottom: 1px solid #ddd; }
.runs td:last-child { background: #e3f5e1; }
.some td:last-child { background: #fdf3d0; }
.refused td:last-child { background: #fbe1e1; }
</style>
<h1>${title}</h1>
<table>
<thead><tr><th>Architecture</th><th>Number</th><th>Call</th><th>Since Linux</th><th>Answer</th></tr></thead>
<tbody>
${body}
</tbody>
</table>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
