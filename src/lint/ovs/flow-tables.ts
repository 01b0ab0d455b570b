import type { Place } from "../../errors.ts";
import { OFPP_LOCAL } from "../../network/ovs/datapath/port.ts";
import type { Action } from "../../network/ovs/openflow/action/action.ts";
import type { FlowEntry } from "../../network/ovs/openflow/flow/flow.ts";
import { parseFlow } from "../../network/ovs/openflow/flow/parse-flow.ts";
import { parseGroup } from "../../network/ovs/openflow/group/parse-group.ts";
import type { AttachmentModel, LineModel, SwitchModel } from "../../topology/model.ts";

/** A flow, and where it is written. */
export interface PlacedFlow extends LineModel {
  readonly flow: FlowEntry;
}

/** What the flows of a switch are, as they were written. */
export interface FlowTables {
  readonly name: string;
  readonly place: Place;
  readonly flows: readonly PlacedFlow[];
  /** Actions of the flows and of the groups' buckets, those inside others too, each with the line that it is in and its table. */
  readonly actions: readonly PlacedAction[];
  /** Numbers in OpenFlow. */
  readonly ports: ReadonlySet<number>;
  readonly flowHit: ReadonlyMap<string, AttachmentModel>;
}

export interface PlacedAction {
  readonly action: Action;
  readonly line: LineModel;
  /** Of flows. */
  readonly flow?: FlowEntry;
}

/** The switch's lines have been read before, without complaints. */
export function flowTables({ name, place, flows, groups, ports, flowHit }: SwitchModel): FlowTables {
  const numbers = new Map(
    [...ports.values()].map(({ name: port, number }) => [port, number === 0 ? OFPP_LOCAL : number]),
  );
  const placed = flows.map((line) => ({ ...line, flow: parseFlow(line.text, numbers).flow }));
  const ofGroups = groups.flatMap((line) =>
    parseGroup(line.text, numbers).buckets.flatMap(({ actions }) =>
      inside(actions).map((action) => ({ action, line })),
    ),
  );
  const ofFlows = placed.flatMap((line) =>
    inside(line.flow.actions).map((action) => ({ action, line, flow: line.flow })),
  );
  return {
    name,
    place,
    flows: placed,
    actions: [...ofFlows, ...ofGroups],
    ports: new Set([...numbers.values(), OFPP_LOCAL]),
    flowHit,
  };
}

/** Actions, and those that they hold in turn. */
function inside(actions: readonly Action[]): Action[] {
  return actions.flatMap((action) => {
    const below = Object.values(action).filter(Array.isArray).flat() as unknown[];
    return [action, ...inside(below.filter(isAction))];
  });
}

const isAction = (value: unknown): value is Action => typeof value === "object" && value !== null && "kind" in value;
