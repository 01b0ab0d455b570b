import { describeAction, effectOf, runsCall } from "../../hooks/seccomp/action.ts";
import { printable } from "../../report/printable.ts";
import type { Architecture } from "../../seccomp/architecture/architecture.ts";
import { type Judgement, TraceJudge } from "../../seccomp/calls/trace-judge.ts";
import { TraceReader } from "../../seccomp/calls/trace-reader.ts";
import type { Policy } from "../../seccomp/policy.ts";
import type { Terminal } from "../command.ts";
import { decided } from "./decided.ts";
import { readTraceFile } from "./trace-file.ts";

/** Calls of one name that got one answer. */
interface Group {
  readonly call: string;
  readonly architecture: string;
  readonly judgement: Judgement;
  count: number;
  /** Line of the first one, and the call as it stands there. */
  readonly line: number;
  readonly example: string;
}

const LONGEST_EXAMPLE = 120;

/** Puts all calls of a trace before filters. Returns how many did not get the expected answer; without one, 0. */
export function checkTrace(
  file: string,
  policies: readonly Policy[],
  architecture: Architecture,
  { json, expect }: { readonly json?: true; readonly expect?: string },
  terminal: Terminal,
): number {
  const judge = new TraceJudge(policies.map(({ program }) => program));
  const groups = new Map<string, Map<Judgement, Group>>();
  const reader = new TraceReader(architecture, (call) => {
    const judgement = judge.judge(call);
    const key = call.architecture === architecture ? call.name : `${call.name} ${call.architecture.name}`;
    let answers = groups.get(key);
    if (answers === undefined) {
      answers = new Map();
      groups.set(key, answers);
    }
    const group = answers.get(judgement);
    if (group !== undefined) {
      group.count += call.count;
      return;
    }
    const { name, line, count, text } = call;
    const example = text === undefined ? name : text.trim().slice(0, LONGEST_EXAMPLE);
    answers.set(judgement, { call: name, architecture: call.architecture.name, judgement, count, line, example });
  });
  decided(policies.map((policy) => policy.file).join("', '"), () => readTraceFile(file, reader, terminal));
  const ordered = [...groups.values()]
    .flatMap((answers) => [...answers.values()])
    .sort((a, b) => rank(a.judgement) - rank(b.judgement) || b.count - a.count || (a.call < b.call ? -1 : 1));
  for (const group of ordered) terminal.out(json ? `${JSON.stringify(record(group))}\n` : line(group));
  tellUnread(file, reader, terminal);
  if (!json)
    terminal.out(
      `${reader.calls} calls, ${sum(ordered.filter((group) => rank(group.judgement) < 3))} of them refused or not decided\n`,
    );
  return expect === undefined ? 0 : sum(ordered.filter(({ judgement }) => !isExpected(judgement, expect)));
}

function sum(groups: readonly Group[]): number {
  return groups.reduce((total, { count }) => total + count, 0);
}

/** Refused first, then what is open, then what runs. */
function rank(judgement: Judgement): number {
  if (judgement === "unknown") return 1;
  if (judgement === "depends") return 2;
  return runsCall(effectOf(judgement)) ? 3 : 0;
}

function answerText(judgement: Judgement): string {
  return typeof judgement === "number"
    ? describeAction(judgement)
    : judgement === "depends"
      ? "DEPENDS"
      : "NO SUCH CALL";
}

function isExpected(judgement: Judgement, expected: string): boolean {
  if (typeof judgement !== "number") return false;
  const wanted = expected.toUpperCase();
  return wanted === describeAction(judgement) || wanted === effectOf(judgement);
}

function line({ call, architecture, judgement, count, line: number, example }: Group): string {
  const answer = answerText(judgement).padEnd(14);
  const where = rank(judgement) === 3 ? "" : `  line ${number}: ${example}`;
  return printable(`${answer} ${`${count}`.padStart(8)}  ${call} (${architecture})${where}`).concat("\n");
}

function record({ call, architecture, judgement, count, line: number, example }: Group): object {
  return { call, arch: architecture, answer: answerText(judgement), count, line: number, example };
}

function tellUnread(file: string, { unread, unreadCount }: TraceReader, terminal: Terminal): void {
  for (const { line: number, text } of unread)
    terminal.error(printable(`${file}:${number}: not understood: ${text.slice(0, LONGEST_EXAMPLE)}`).concat("\n"));
  if (unreadCount > unread.length) terminal.error(`${unreadCount - unread.length} more lines were not understood\n`);
}
