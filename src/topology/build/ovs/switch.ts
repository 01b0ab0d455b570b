import type { Hook } from "../../../hooks/hook.ts";
import type { AttachmentModel, InterfaceModel, SwitchModel } from "../../model.ts";
import { parseDuration } from "../../quantity/duration.ts";
import { exact } from "../../yaml/value.ts";
import { readAttachment } from "../attachment.ts";
import type { Drafts, NodeDraft } from "../drafts.ts";
import type { Fields } from "../fields.ts";
import { knowsAddresses } from "../interfaces.ts";
import type { Programs } from "../programs.ts";
import { buildRoutes } from "../routes.ts";
import { readLines } from "./lines.ts";
import { buildPorts } from "./ports.ts";

/** What `ovs-vsctl add-br` leaves a bridge that nobody has told anything. */
const DEFAULT_FLOW = "priority=0,actions=NORMAL";
const DEFAULT_QUEUE = 1024;
const DEFAULT_TIME = 50_000;
/** other_config:flow-limit (ofproto/ofproto-dpif-upcall.c). */
const DEFAULT_FLOW_LIMIT = 200_000;

/** What a switch refers to. */
export interface SwitchScope {
  readonly drafts: Drafts;
  readonly programs: Programs;
  readonly hooks: readonly Hook[];
}

export function buildSwitch(
  draft: NodeDraft,
  interfaces: ReadonlyMap<string, InterfaceModel>,
  { drafts, programs, hooks }: SwitchScope,
): SwitchModel {
  const { name, fields } = draft;
  const ports = buildPorts(draft, interfaces, drafts);
  const own = new Map([...interfaces].filter(([device]) => !ports.has(device)));
  const places = fields.fields("hooks");
  const upcall = fields.fields("upcall");
  return {
    kind: "ovs",
    name,
    place: fields.place,
    interfaces,
    ports,
    routes: buildRoutes(fields, own, knowsAddresses(draft, interfaces), programs, []),
    flows: fields.has("flows") ? readLines(fields, "flows") : [{ text: DEFAULT_FLOW, place: fields.place }],
    groups: readLines(fields, "groups"),
    meters: readLines(fields, "meters"),
    parser: places && readAttachment(places, "ovs-parser", hooks, programs),
    flowHit: places === undefined ? new Map() : readFlowHits(places, hooks, programs),
    flowMiss: places && readAttachment(places, "ovs-flow-miss", hooks, programs),
    upcall: {
      queue: upcall?.number("queue") ?? DEFAULT_QUEUE,
      time: upcall?.parsed("time", parseDuration) ?? DEFAULT_TIME,
    },
    vlanLimit: fields.number("vlan-limit") === 2 ? 2 : 1,
    flowLimit: fields.number("flow-limit") ?? DEFAULT_FLOW_LIMIT,
  };
}

/** Programs by the names that flows call them. */
function readFlowHits(places: Fields, hooks: readonly Hook[], programs: Programs): Map<string, AttachmentModel> {
  const hook = hooks.find(({ place }) => place === "ovs-flow-hit");
  const hits = new Map<string, AttachmentModel>();
  for (const { name, key, value } of hook === undefined ? [] : places.named(hook.key)) {
    const program = programs.refer(value);
    if (program === undefined) continue;
    hits.set(name, { hook: hook!.name, program, options: exact(value), place: places.context.place(key) });
  }
  return hits;
}
