import type { PlacedFlow } from "./flow-tables.ts";

/** A flow that another one stands in the way of. */
export interface Covered {
  readonly flow: PlacedFlow;
  readonly by: PlacedFlow;
}

type Match = PlacedFlow["flow"]["match"];
type Subtable = { readonly mask: Uint8Array; readonly flows: Map<string, PlacedFlow> };

/** Flows of one table all of whose packets go to a single flow of higher priority, and those that a later line replaces. */
export function* coveredFlows(flows: readonly PlacedFlow[]): Iterable<Covered & { readonly isReplaced: boolean }> {
  const last = new Map(flows.map((one) => [identity(one), one]));
  const subtables = subtablesOf([...last.values()]);
  for (const flow of flows) {
    const replacement = last.get(identity(flow))!;
    if (replacement !== flow) {
      yield { flow, by: replacement, isReplaced: true };
      continue;
    }
    const by = subtables.map((one) => one.flows.get(coverKey(one.mask, flow) ?? "")).find((one) => isAbove(one, flow));
    if (by !== undefined) yield { flow, by, isReplaced: false };
  }
}

/** Pairs of one priority that packets may match both of, which OpenFlow leaves open, with different actions. */
export function* overlappingFlows(flows: readonly PlacedFlow[]): Iterable<Covered> {
  const told = new Set<PlacedFlow>();
  const subtables = subtablesOf(flows);
  for (const [i, first] of subtables.entries())
    for (const second of subtables.slice(i + 1)) {
      const common = first.mask.map((byte, at) => byte & second.mask[at]!);
      const byCommon = new Map(
        [...first.flows.values()].map((one) => [`${one.flow.priority} ${masked(one.flow.match, common)}`, one]),
      );
      for (const flow of second.flows.values()) {
        const by = byCommon.get(`${flow.flow.priority} ${masked(flow.flow.match, common)}`);
        if (by === undefined || told.has(flow) || sameActions(flow, by)) continue;
        told.add(flow);
        yield { flow, by };
      }
    }
}

const isAbove = (by: PlacedFlow | undefined, { flow }: PlacedFlow): boolean =>
  by !== undefined && by.flow.priority > flow.priority && !isConjunctive(by);

const isConjunctive = ({ flow }: PlacedFlow): boolean => flow.actions.some(({ kind }) => kind === "conjunction");

const sameActions = (a: PlacedFlow, b: PlacedFlow): boolean => actionsOf(a) === actionsOf(b);
const actionsOf = ({ text }: PlacedFlow): string => text.slice(text.search(/actions?=/)).replace(/\s/g, "");

/** Flows by their masks, of each mask and key the one of the highest priority. */
function subtablesOf(flows: readonly PlacedFlow[]): Subtable[] {
  const found = new Map<string, Subtable>();
  for (const one of flows) {
    const { mask } = one.flow.match;
    const key = text(mask);
    let subtable = found.get(key);
    if (subtable === undefined) {
      subtable = { mask, flows: new Map() };
      found.set(key, subtable);
    }
    const own = masked(one.flow.match, mask);
    const known = subtable.flows.get(own);
    if (known === undefined || known.flow.priority < one.flow.priority) subtable.flows.set(own, one);
  }
  return [...found.values()];
}

/** The key under which a subtable would have a flow that covers this one; undefined where it asks for more than this one does. */
function coverKey(mask: Uint8Array, { flow }: PlacedFlow): string | undefined {
  const { match } = flow;
  return mask.every((byte, i) => (byte & match.mask[i]!) === byte) ? masked(match, mask) : undefined;
}

const masked = ({ key }: Match, mask: Uint8Array): string => text(key.map((byte, i) => byte & mask[i]!));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

const identity = ({ flow }: PlacedFlow): string =>
  `${flow.priority} ${text(flow.match.mask)} ${masked(flow.match, flow.match.mask)}`;
