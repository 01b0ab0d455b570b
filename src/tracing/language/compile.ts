import type { TraceAction } from "./actions.ts";
import { unless } from "./conditions.ts";
import { Emitter } from "./emitter.ts";
import { MapRegistry } from "./map-registry.ts";
import { parseTrace } from "./parser.ts";
import { type Attach, type ProbeTarget, targetsOf } from "./probe-points.ts";
import type { ProbeScene } from "./scene.ts";
import { TraceSource } from "./source.ts";
import type { StatementParts } from "./statement-parts.ts";
import { statements } from "./statements.ts";
import type { Probe } from "./syntax-tree.ts";
import type { TraceMap } from "./types.ts";
import { value } from "./values.ts";

/** A one-liner as programs of extended BPF, maps, and what user space does. */
export interface CompiledTrace {
  readonly programs: readonly TraceCode[];
  readonly maps: readonly TraceMap[];
  readonly actions: readonly TraceAction[];
  /** Name of the map for call stacks, and of the ring for actions, where it needs them. */
  readonly stacks?: string;
  readonly ring?: string;
}

/** The code of one probe for events that look alike. */
export interface TraceCode {
  /** In the kernel's syntax. */
  readonly text: string;
  /** As bpftool names it. */
  readonly programType: string;
  readonly attach: readonly Attach[];
}

/** Programs that return other things than this would filter events out for others. */
const FENTRY_RESULT = 0;
const RESULT = 1;

/**
 * Compiles a one-liner in the manner of bpftrace. @param prefix what its maps' names in the kernel begin with. @param positional what `$1` and so on stand for. Throws a ProgramTextError, whose positions are in the text.
 */
export function compileTrace(text: string, prefix = "trace_", positional: readonly string[] = []): CompiledTrace {
  const source = new TraceSource(text);
  const { probes } = parseTrace(source);
  checkEdges(source, probes);
  const targets = probes.map(({ points, body }) =>
    points.flatMap((point) => {
      const found = source.attempt(point, () => targetsOf(source, point));
      if (found === undefined) for (const statement of body) source.doubt(statement);
      return found ?? [];
    }),
  );
  const maps = new MapRegistry(source, prefix);
  // What a map holds may only be seen after it is used: until nothing more is learnt, the whole is gone through again.
  for (let before = ""; before !== fingerprint(maps); ) {
    before = fingerprint(maps);
    for (const [i, probe] of probes.entries()) compileProbe(source, probe, targets[i]!, maps, [], positional);
  }
  maps.isComplete = true;
  const actions: TraceAction[] = [];
  const programs = probes.flatMap((probe, i) => compileProbe(source, probe, targets[i]!, maps, actions, positional));
  source.throwKept();
  return {
    programs,
    maps: [...maps.maps.values()],
    actions,
    ...(maps.usesStacks && { stacks: maps.stacks }),
    ...(maps.usesRing && { ring: maps.ring }),
  };
}

/** There is one beginning and one end. */
function checkEdges(source: TraceSource, probes: readonly Probe[]): void {
  const seen = new Set<string>();
  for (const point of probes.flatMap(({ points }) => points)) {
    if (point.provider !== "BEGIN" && point.provider !== "END") continue;
    if (seen.has(point.provider))
      source.attempt(point, () => source.fail(point, `There is more than one ${point.provider}.`));
    seen.add(point.provider);
  }
}

const fingerprint = ({ maps }: MapRegistry): string => JSON.stringify([...maps.values()]);

/** One program for all events that give the same code. */
function compileProbe(
  source: TraceSource,
  probe: Probe,
  targets: readonly ProbeTarget[],
  maps: MapRegistry,
  actions: TraceAction[],
  positional: readonly string[],
): TraceCode[] {
  const byCode = new Map<string, { text: string; programType: string; attach: Attach[] }>();
  const first = actions.length;
  for (const { scene, attach } of targets) {
    let made = compileFor(source, probe, scene, maps, first, positional);
    // Events whose code asks for the same things ask under the same numbers.
    const before = actions.slice(first, first + made.actions.length);
    const isSame = JSON.stringify(before) === JSON.stringify(made.actions);
    if (before.length > 0 && !isSame) made = compileFor(source, probe, scene, maps, actions.length, positional);
    if (!isSame) actions.push(...made.actions);
    const key = `${scene.programType}\n${made.text}`;
    const same = byCode.get(key);
    if (same === undefined) byCode.set(key, { text: made.text, programType: scene.programType, attach: [attach] });
    else same.attach.push(attach);
  }
  return [...byCode.values()];
}

/** The code for one event. @param first number of its first action. */
function compileFor(
  source: TraceSource,
  probe: Probe,
  scene: ProbeScene,
  maps: MapRegistry,
  first: number,
  positional: readonly string[],
): { text: string; actions: readonly TraceAction[] } {
  const actions: TraceAction[] = [];
  const emitter = new Emitter(source);
  const end = emitter.label("exit");
  const action = (one: TraceAction) => first + actions.push(one) - 1;
  const parts: StatementParts = {
    source,
    emitter,
    maps,
    scene,
    positional,
    variables: new Map(),
    end,
    action,
    evaluate: (node) => value(parts, node),
  };
  const { predicate } = probe;
  if (predicate !== undefined) source.attempt(predicate, () => unless(parts, predicate, end));
  statements(parts, probe.body);
  emitter.place(end);
  emitter.emit(`r0 = ${scene.programType === "tracing" ? FENTRY_RESULT : RESULT}`, "exit");
  return { text: emitter.code, actions };
}
