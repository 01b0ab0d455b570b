import type { Hook } from "../../../hooks/hook.ts";
import type { AttachmentModel, Contract, InterfaceModel, PortModel, SwitchModel } from "../../model.ts";
import { parseDuration } from "../../quantity/duration.ts";
import { exact } from "../../yaml/value.ts";
import { readAttachment } from "../attachment.ts";
import type { NodeDraft } from "../drafts.ts";
import type { Fields } from "../fields.ts";
import { knowsAddresses } from "../interfaces.ts";
import type { Programs } from "../programs.ts";
import { buildRoutes } from "../routes.ts";
import { readLines } from "./lines.ts";
import { buildPorts } from "./ports.ts";
import type { SwitchScope } from "./scope.ts";

/** What `ovs-vsctl add-br` leaves a bridge that nobody has told anything. */
const DEFAULT_FLOW = "priority=0,actions=NORMAL";
const DEFAULT_QUEUE = 1024;
const DEFAULT_TIME = 50_000;
/** other_config:flow-limit (ofproto/ofproto-dpif-upcall.c). */
const DEFAULT_FLOW_LIMIT = 200_000;

export function buildSwitch(
  draft: NodeDraft,
  interfaces: ReadonlyMap<string, InterfaceModel>,
  { drafts, programs, hooks }: SwitchScope,
): SwitchModel {
  const { name, fields } = draft;
  const ports = buildPorts(draft, interfaces, { drafts, programs, hooks });
  const own = new Map([...interfaces].filter(([device]) => !ports.has(device)));
  const places = fields.fields("hooks");
  const upcall = fields.fields("upcall");
  const contract = fields.choice("contract", "opcodes", "plumgrid2013") ?? "opcodes";
  checkContract(contract, places, draft, ports);
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
    contract,
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

/** In the contract of 2013 ports have programs, in the other the switch has. */
function checkContract(
  contract: Contract,
  places: Fields | undefined,
  { interfaces }: NodeDraft,
  ports: ReadonlyMap<string, PortModel>,
): void {
  if (contract === "plumgrid2013") {
    for (const key of places?.map.entries.keys() ?? [])
      places!.context.problem(
        "bad-topology",
        places!.keySpan(key),
        `The contract plumgrid2013 has no ${key} of a switch.`,
        "Its programs are bound to ports: give interfaces a `flow-miss`.",
      );
    return;
  }
  for (const [name, { flowMiss }] of ports) {
    const fields = interfaces.get(name)?.fields;
    if (flowMiss !== undefined)
      fields!.context.problem(
        "bad-topology",
        fields!.keySpan("flow-miss"),
        "Programs are bound to ports in the contract plumgrid2013 alone.",
        "Say `contract: plumgrid2013`, or put the program under `hooks`.",
      );
  }
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
