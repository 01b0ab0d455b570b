import { type Diagnostic, fail, NetsimError } from "../errors.ts";
import { withShape } from "../hooks/events/event-hooks.ts";
import type { EventProgram } from "../hooks/events/event-point.ts";
import type { KernelEvents } from "../hooks/events/kernel-events.ts";
import type { Hook, HookAt } from "../hooks/hook.ts";
import type { Attachment } from "../programs/attachment.ts";
import type { ProgramTable } from "../programs/program-table.ts";
import { readsMemory } from "../programs/reads-memory.ts";
import type { Registry } from "../registry.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { TracingModel } from "../topology/model.ts";
import { eventsOf, type TracedEvent, targetOf } from "./tracing-targets.ts";

/** Hooks whose programs are verified for what they are attached to. */
const TYPED: readonly string[] = ["fentry", "fexit", "tp-btf"];

/** A program at an event. */
export interface TracingAttachment {
  readonly where: string;
  readonly attachment: Attachment<"event">;
  /** It is there because a name with `*` fits, so that reports pass over it where it never ran. */
  readonly byPattern: boolean;
}

/** A program of `tracing`. */
export type ProgramEntry = Extract<TracingModel, { kind: "program" }> & {
  /** Called after each run. */
  readonly after?: () => void;
};

/** Attaches the programs of `tracing` to events. Throws one NetsimError with everything that is wrong. */
export function attachTracing(
  entries: readonly ProgramEntry[],
  parts: {
    readonly hooks: Registry<Hook>;
    readonly programs: ProgramTable;
    readonly events: KernelEvents;
    readonly simulation: Simulation;
    readonly nodes: readonly string[];
  },
): TracingAttachment[] {
  const problems: Diagnostic[] = [];
  const attacher = new Attacher(parts);
  const attached = entries.flatMap((entry) => {
    try {
      return attacher.attach(entry);
    } catch (error) {
      if (!(error instanceof NetsimError)) throw error;
      problems.push(...error.diagnostics);
      return [];
    }
  });
  if (problems.length > 0) throw new NetsimError(problems);
  return attached;
}

/** A program, and what follows its runs. */
function followed(attachment: Attachment<"event">, after: () => void): EventProgram {
  return {
    run(subject, site) {
      attachment.run(subject, site);
      after();
    },
  };
}

class Attacher {
  private readonly parts: Parameters<typeof attachTracing>[1];
  /** Hooks by what is known of their events, so that programs are verified once for each. */
  private readonly shaped = new Map<string, HookAt<"event">>();

  constructor(parts: Parameters<typeof attachTracing>[1]) {
    this.parts = parts;
  }

  attach(entry: ProgramEntry): TracingAttachment[] {
    const { programs, events, simulation, nodes } = this.parts;
    const { program, on, node, place, every, after } = entry;
    const target = on ?? targetOf(programs.get(program).loaded);
    if (target === undefined)
      fail("bad-topology", `Nothing says which event program '${program}' is for.`, {
        place,
        hint: "Name it: `tracepoint: syscalls:sys_enter_write`.",
      });
    const { loaded } = programs.get(program);
    // Programs that know what their arguments point at need no helper to look there.
    if (loaded.form !== "extended" || TYPED.includes(target.hook) || readsMemory(loaded.bytes))
      events.objects.areRead = true;
    const found = eventsOf(target, on?.place ?? place);
    const attached = found.flatMap((event) => {
      const hook = this.hookFor(target.hook, event);
      const attachment = programs.attach({ hook: target.hook, program, options: undefined, place }, hook, "link");
      if (attachment === undefined) return [];
      const point = event.point(events);
      point.attach(after === undefined ? attachment : followed(attachment, after), node);
      if (target.hook === "perf-event") {
        // An interval is user space's clock, of which there is one.
        const clocks = event.name === "interval" ? [""] : nodes.filter((name) => node === undefined || name === node);
        for (const name of clocks) events.sample(point, name, every, simulation);
      }
      const where = node === undefined ? event.name : `${node} ${event.name}`;
      return [{ where, attachment, byPattern: target.target.includes("*") }];
    });
    return attached;
  }

  private hookFor(name: string, { name: event, size }: TracedEvent): HookAt<"event"> {
    const hook = this.parts.hooks.get(name) as HookAt<"event">;
    const shape = TYPED.includes(name) ? { target: event } : size === undefined ? undefined : { size };
    if (shape === undefined) return hook;
    const key = `${name} ${shape.target ?? shape.size}`;
    let shaped = this.shaped.get(key);
    if (shaped === undefined) {
      shaped = withShape(hook, shape);
      this.shaped.set(key, shaped);
    }
    return shaped;
  }
}
