import { coveredFlows, overlappingFlows } from "../ovs/covered.ts";
import type { FlowTables, PlacedFlow } from "../ovs/flow-tables.ts";
import type { Rule } from "../rule.ts";

/** Tables whose flows are compared; bigger ones are made by machines. */
const MOST_FLOWS = 20_000;

/** Flows of a switch, table by table. */
export function tablesOf({ flows }: FlowTables): Map<number, PlacedFlow[]> {
  const tables = new Map<number, PlacedFlow[]>();
  for (const one of flows) {
    const table = tables.get(one.flow.table);
    if (table === undefined) tables.set(one.flow.table, [one]);
    else table.push(one);
  }
  return tables;
}

const small = (tables: FlowTables): PlacedFlow[][] =>
  [...tablesOf(tables).values()].filter((flows) => flows.length <= MOST_FLOWS);
const at = ({ place }: PlacedFlow): string => `line ${place.line}`;

/** A flow of higher priority takes all of its packets. */
export const flowShadowed: Rule = {
  name: "flow-shadowed",
  *check({ switches }) {
    for (const flows of switches.flatMap(small))
      for (const { flow, by, isReplaced } of coveredFlows(flows))
        if (!isReplaced)
          yield {
            place: flow.place,
            message: `No packet comes to this flow: the one of ${at(by)} with priority ${by.flow.priority} takes all that it matches.`,
            hint: "Give it a higher priority, or let the other one match less.",
          };
  },
};

/** A second flow with the same match and priority takes the place of the first, as `ovs-ofctl add-flow` has it. */
export const flowReplaced: Rule = {
  name: "flow-replaced",
  *check({ switches }) {
    for (const flows of switches.flatMap(small))
      for (const { flow, by, isReplaced } of coveredFlows(flows))
        if (isReplaced)
          yield {
            place: flow.place,
            message: `This flow is not there: the one of ${at(by)} has the same match and priority and takes its place.`,
            hint: "Leave one of them out, or let them match different things.",
          };
  },
};

/** OpenFlow leaves open which of two flows of one priority a packet takes that both match. */
export const flowOverlap: Rule = {
  name: "flow-overlap",
  *check({ switches }) {
    for (const flows of switches.flatMap(small))
      for (const { flow, by } of overlappingFlows(flows))
        yield {
          place: flow.place,
          message: `Packets may match this flow and the one of ${at(by)}, which have one priority: OpenFlow leaves open which of them counts.`,
          hint: "Give them different priorities.",
        };
  },
};
