import type { LabProcessResult } from "../../kernel/lab/lab-processes.ts";
import type { CallResult, ProcessResult, ReplayedCalls, ReplayResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count, plural } from "../words.ts";

/** A process, the sockets that it could not open, its calls, what it did for its sockets, and its trace. */
export function describeProcess(process: LabProcessResult | ProcessResult, paint: Paint): string[] {
  const { name, architecture, filters, sockets, calls, replay, ended }: ShownProcess = process;
  const under = filters.length === 0 ? "no filter" : `filter ${filters.join(", ")}`;
  const closed = sockets.filter(({ open }) => !open);
  const made: readonly ShownCall[] = [...closed.flatMap(({ calls: opening }) => opening), ...calls];
  return [
    `  ${paint.cyan(`process ${name}`)}  ${architecture}, ${under}${ended === null ? "" : `, ended by ${ended}`}`,
    ...closed.map((socket) => `    could not open socket ${socket.name}`),
    ...describeCalls(made),
    ...sockets.flatMap(({ name: socket, serves = [] }) =>
      serves.length === 0 ? [] : [`    for socket ${socket}`, ...describeCalls(serves)],
    ),
    ...(replay === undefined ? [] : describeReplay(replay)),
  ];
}

/** A call, with or without what its filters answered. */
type ShownCall = Omit<CallResult, "answer"> & Partial<Pick<CallResult, "answer">>;

interface ShownProcess extends Pick<ProcessResult, "name" | "architecture" | "filters" | "ended" | "replay"> {
  readonly sockets: readonly {
    readonly name: string;
    readonly open: boolean;
    readonly calls: readonly ShownCall[];
    readonly serves?: readonly ShownCall[];
  }[];
  readonly calls: readonly ShownCall[];
}

function describeCalls(calls: readonly ShownCall[]): string[] {
  return formatTable(
    calls.map((call) => [`  ${call.call}(${call.args.join(", ")})`, call.answer ?? "", callOutcome(call)]),
  );
}

function callOutcome({ call, outcome, ran = call, value, errno, signal, times }: ShownCall): string {
  const often = times === undefined ? "" : `, ${count(times)} ${times === 1 ? "time" : "times"}`;
  switch (outcome) {
    case "runs":
      return `${ran === call ? "runs" : `runs as ${ran}`}, gives ${value}${often}`;
    case "returns":
      return `gives ${value}${often}`;
    case "fails":
      return `fails with ${errno}${often}`;
    case "signal":
      return value === undefined ? `gets ${signal}` : `gets ${signal}, whose handler has it give ${value}${often}`;
    case "killed":
      return `dies by ${signal}`;
    case "not made":
      return "is not made any more";
  }
}

/** Kinds of calls that did not run are shown up to this many. */
const MOST_SHOWN = 10;

function describeReplay({
  file,
  calls,
  ran,
  refused,
  undecided,
  notMade,
  unreadLines,
  outcomes,
}: ReplayResult): string[] {
  const others = outcomes.filter(({ outcome }) => outcome !== "runs");
  const more = others.length - MOST_SHOWN;
  return [
    `    replays ${file}: ${plural(calls, "call")}, ${count(ran)} ran, ${count(refused)} refused` +
      (undecided === 0 ? "" : `, ${count(undecided)} undecided`) +
      (notMade === 0 ? "" : `; ${count(notMade)} not made any more`) +
      (unreadLines === 0 ? "" : `; ${plural(unreadLines, "line")} not understood`),
    ...formatTable(others.slice(0, MOST_SHOWN).map((one) => [`  ${one.call}`, one.answer ?? "", replayOutcome(one)])),
    ...(more > 0 ? [`      and ${more} more kinds`] : []),
  ];
}

function replayOutcome({ outcome, value, errno, times, line }: ReplayedCalls): string {
  const words = {
    runs: "runs",
    returns: `gives ${value}`,
    fails: `fails with ${errno}`,
    signal: "gets SIGSYS",
    killed: "dies by SIGSYS",
    undecided: "hangs on what the trace does not tell",
    "not made": "is not made",
  }[outcome];
  return `${words}, ${count(times)} ${times === 1 ? "time" : "times"}, first in line ${line}`;
}
