import { eventHint, findEvent, matchingEvents } from "../../events/catalogue.ts";
import { type EventFormat, nameOf } from "../../events/event-format.ts";
import { functionHint, type KernelFunction, matchingFunctions } from "../../events/functions.ts";
import { nearHint } from "./hints.ts";
import type { ProbeScene } from "./scene.ts";
import type { TraceSource } from "./source.ts";
import type { ProbePoint } from "./syntax-tree.ts";

/** Where a program goes, in the words of a topology's `tracing`. */
export interface Attach {
  readonly hook: string;
  readonly target: string;
  /** Of timers: nanoseconds. */
  readonly every?: number;
}

/** One event that a probe means. */
export interface ProbeTarget {
  readonly scene: ProbeScene;
  readonly attach: Attach;
}

/** Short names and others' names for the same. */
const PROVIDERS: Readonly<Record<string, string>> = {
  t: "tracepoint",
  k: "kprobe",
  kr: "kretprobe",
  kfunc: "fentry",
  f: "fentry",
  kretfunc: "fexit",
  fr: "fexit",
  rt: "rawtracepoint",
  i: "interval",
  p: "profile",
};
const KNOWN = [
  "tracepoint",
  "kprobe",
  "kretprobe",
  "fentry",
  "fexit",
  "rawtracepoint",
  "interval",
  "profile",
  "BEGIN",
  "END",
];
const NOT_HERE: Readonly<Record<string, string>> = {
  uprobe: "User code is not simulated.",
  uretprobe: "User code is not simulated.",
  usdt: "User code is not simulated.",
  software: "The simulation has no such counters.",
  hardware: "The simulation has no such counters.",
  watchpoint: "Memory is not watched.",
  iter: "There are no iterators.",
  asyncwatchpoint: "Memory is not watched.",
  self: "The tracer gets no signals.",
  bench: "Nothing is measured here.",
  test: "Nothing is tested here.",
};
const UNITS: Readonly<Record<string, number>> = { us: 1e3, ms: 1e6, s: 1e9 };

/** The events that a probe's name means. Throws a ProgramTextError where there are none. */
export function targetsOf(source: TraceSource, point: ProbePoint): ProbeTarget[] {
  const provider = PROVIDERS[point.provider] ?? point.provider;
  switch (provider) {
    case "BEGIN":
    case "END":
      if (point.parts.length > 0) source.fail(point, `${provider} has nothing behind it.`);
      return [
        {
          scene: { provider: "edge", name: provider, programType: "kprobe" },
          attach: { hook: "kprobe", target: provider },
        },
      ];
    case "tracepoint":
      return events(source, point).map((format) => ({
        scene: { provider, name: `tracepoint:${nameOf(format)}`, programType: "tracepoint", format },
        attach: { hook: "tracepoint", target: nameOf(format) },
      }));
    case "rawtracepoint":
      return rawEvents(source, point).map(({ name }) => ({
        scene: { provider, name: `rawtracepoint:${name}`, programType: "raw_tracepoint" },
        attach: { hook: "raw-tracepoint", target: name },
      }));
    case "kprobe":
    case "kretprobe":
      return functions(source, point).map(({ name }) => ({
        scene: { provider, name: `${provider}:${name}`, programType: "kprobe" },
        attach: { hook: provider, target: name },
      }));
    case "fentry":
    case "fexit":
      return functions(source, point).map((fn) => ({
        scene: { provider, name: `${point.provider}:${fn.name}`, programType: "tracing", fn },
        attach: { hook: provider, target: fn.name },
      }));
    case "interval":
    case "profile":
      return [timer(source, point, provider)];
  }
  const why = NOT_HERE[provider];
  if (why !== undefined) source.fail(point, `There are no probes of ${provider} here. ${why}`);
  return source.fail(point, `There are no probes of '${point.provider}'.`, nearHint(point.provider, KNOWN));
}

function events(source: TraceSource, point: ProbePoint): EventFormat[] {
  if (point.parts.length !== 2)
    source.fail(point, "A tracepoint is named by its system and its name.", "`tracepoint:net:net_dev_queue`");
  const name = point.parts.join(":");
  const found = name.includes("*") ? matchingEvents(name) : [findEvent(name)].filter((format) => format !== undefined);
  if (found.length === 0) source.fail(point, `There is no event '${name}'.`, eventHint(name));
  return found;
}

function rawEvents(source: TraceSource, point: ProbePoint): EventFormat[] {
  const name = point.parts.at(-1) ?? "";
  const found = matchingEvents(`*:${name}`).filter(({ system }) => system !== "syscalls");
  if (found.length === 0) source.fail(point, `There is no event '${name}'.`, eventHint(name));
  return found;
}

function functions(source: TraceSource, point: ProbePoint): KernelFunction[] {
  const name = point.parts.at(-1) ?? "";
  const found = matchingFunctions(name);
  if (found.length === 0) source.fail(point, `The simulated kernel has no function '${name}'.`, functionHint(name));
  return found;
}

function timer(source: TraceSource, point: ProbePoint, provider: string): ProbeTarget {
  const [unit = "", number = ""] = point.parts;
  const count = Number(number);
  const every = unit === "hz" ? Math.round(1e9 / count) : UNITS[unit]! * count;
  if (!Number.isInteger(count) || count <= 0 || !(every > 0))
    source.fail(point, `'${point.text}' says no time.`, `Write \`${provider}:s:1\`, with s, ms, us or hz.`);
  return {
    scene: { provider: "timer", name: point.text, programType: "perf_event" },
    attach: { hook: "perf-event", target: provider, every },
  };
}
