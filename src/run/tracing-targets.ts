import { fail, type Place } from "../errors.ts";
import { eventHint, matchingEvents } from "../events/catalogue.ts";
import { nameOf } from "../events/event-format.ts";
import { FUNCTION, type FunctionName, functionHint, matchingFunctions } from "../events/functions.ts";
import type { FunctionProbe } from "../hooks/events/call-frames.ts";
import type { EventPoint } from "../hooks/events/event-point.ts";
import type { KernelEvents } from "../hooks/events/kernel-events.ts";
import type { LoadedProgram } from "../programs/language.ts";

/** What a program can be attached to, by the key of its hook, and how Linux's sections call that. */
const SECTIONS: Readonly<Record<string, string>> = {
  tracepoint: "tracepoint",
  tp: "tracepoint",
  // samples/bpf of the time when such programs were new.
  events: "tracepoint",
  raw_tracepoint: "raw-tracepoint",
  raw_tp: "raw-tracepoint",
  tp_btf: "tp-btf",
  kprobe: "kprobe",
  kretprobe: "kretprobe",
  fentry: "fentry",
  fexit: "fexit",
  perf_event: "perf-event",
};

/** A hook and the name of what it is attached to. */
export interface TracingTarget {
  readonly hook: string;
  readonly target: string;
}

/** Samples of simulated time on each node, and by the clock of one-liners. */
export const CPU_CLOCK = "cpu-clock";
const TIMERS: readonly string[] = [CPU_CLOCK, "profile", "interval"];
/** Before the first event and after the last. */
const EDGES: readonly string[] = ["BEGIN", "END"];

/** What a program's section says; undefined where it says nothing. */
export function targetOf(loaded: LoadedProgram): TracingTarget | undefined {
  if (loaded.form !== "extended" || loaded.object === undefined) return undefined;
  const { section } = loaded.object.program;
  const slash = section.indexOf("/");
  const hook = SECTIONS[slash < 0 ? section : section.slice(0, slash)];
  if (hook === undefined) return undefined;
  if (hook === "perf-event") return { hook, target: CPU_CLOCK };
  return slash < 0 ? undefined : { hook, target: section.slice(slash + 1) };
}

/** One event that a name means. */
export interface TracedEvent {
  readonly name: string;
  /** Bytes that programs may read of its record; absent: as their type says. */
  readonly size?: number;
  /** Where they are attached. */
  point(events: KernelEvents): EventPoint;
}

/** The events that a target means, its `*` expanded. Throws a NetsimError where there are none. */
export function eventsOf({ hook, target }: TracingTarget, place: Place): readonly TracedEvent[] {
  switch (hook) {
    case "tracepoint": {
      const found = matchingEvents(target);
      if (found.length === 0)
        fail("unknown-reference", `There is no event '${target}'.`, { place, hint: eventHint(target) });
      return found.map((format) => ({
        name: nameOf(format),
        size: format.size,
        point: (events) => events.tracepoint(nameOf(format)),
      }));
    }
    case "tp-btf":
    case "raw-tracepoint": {
      const found = [...new Set(matchingEvents(`*:${target}`).filter(({ system }) => system !== "syscalls"))];
      if (found.length === 0)
        fail("unknown-reference", `There is no event '${target}'.`, { place, hint: eventHint(target) });
      return found.map(({ name }) => ({ name, point: (events) => events.raw(name) }));
    }
    case "perf-event":
      if (!TIMERS.includes(target))
        fail("unknown-reference", `There are no samples of '${target}'.`, {
          place,
          hint: `Simulated time is sampled: ${CPU_CLOCK}.`,
        });
      return [{ name: target, point: (events) => events.timer() }];
    default: {
      if (EDGES.includes(target)) return [{ name: target, point: (events) => events.edge(target) }];
      const found = matchingFunctions(target);
      if (found.length === 0)
        fail("unknown-reference", `The simulated kernel has no function '${target}'.`, {
          place,
          hint: functionHint(target),
        });
      return found.map(({ name }) => ({
        name,
        point: (events) => events.function(hook as FunctionProbe, FUNCTION[name as FunctionName]),
      }));
    }
  }
}
