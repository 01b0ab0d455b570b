import type { PacketDescription } from "../../packet/describe/description.ts";
import { parseDescription } from "../../packet/describe/parse.ts";
import { LAYER_SCHEMAS } from "../../packet/describe/schema.ts";
import type { NodeRef, PacketTraffic } from "../model.ts";
import { exact, follow, type YamlValue } from "../yaml/value.ts";
import type { BuildContext } from "./context.ts";
import type { Drafts } from "./drafts.ts";
import type { Fields } from "./fields.ts";
import { readSchedule } from "./schedule.ts";
import { hostInterfaces, readHost, type TrafficScope } from "./traffic-scope.ts";

/** Packets that the file describes layer by layer. */
export function buildPackets(fields: Fields, { drafts, isBounded }: TrafficScope): PacketTraffic | undefined {
  const schedule = readSchedule(fields, isBounded);
  const direction = fields.choice("direction", "out", "in") ?? "out";
  const from = readSender(fields, direction, drafts);
  const to = readHost(fields, "to", drafts);
  const packet = readDescription(fields);
  if (schedule === undefined || from === undefined || packet === undefined) return undefined;
  return { kind: "packet", place: fields.place, schedule, packet, from, direction, ...(to && { to }) };
}

function readDescription(fields: Fields): PacketTraffic["packet"] | undefined {
  const list = fields.value("packet");
  if (list !== undefined && list.kind !== "list") return fields.context.mismatch(list.span);
  const given = list === undefined ? layersOf(fields) : (exact(list) as Record<string, unknown>[]);
  // That there is no layer at all is the schema's to tell.
  if (Object.keys(given).length === 0) return fields.context.mismatch(fields.span);
  // What is no layer the schema has told.
  return readLayers(fields.context, list ?? fields.map, given, list !== undefined);
}

/**
 * Reads a packet's layers and tells what is wrong with them.
 * @param given the layers in `root` as plain values.
 * @param namesAreChecked unknown layers are told by the schema.
 */
export function readLayers(
  context: BuildContext,
  root: YamlValue,
  given: Record<string, unknown> | readonly Record<string, unknown>[],
  namesAreChecked: boolean,
): PacketDescription | undefined {
  const { description, problems } = parseDescription(given);
  for (const { path, message, hint } of problems) {
    if (namesAreChecked && path.length > 0 && !Object.hasOwn(LAYER_SCHEMAS, path[1] ?? "")) {
      context.mismatch(root.span);
      continue;
    }
    const { value, key } = follow(root, path);
    const span = value.kind === "map" ? (key ?? { start: value.span.start, end: value.span.start + 1 }) : value.span;
    context.problem("bad-packet", span, message, hint);
  }
  return description;
}

function layersOf({ map }: Fields): Record<string, unknown> {
  const layers = [...map.entries].filter(([key]) => Object.hasOwn(LAYER_SCHEMAS, key));
  return Object.fromEntries(layers.map(([key, { value }]) => [key, exact(value)]));
}

/** The node, with its interface where one is named or `direction: in` needs one. */
function readSender(fields: Fields, direction: "out" | "in", drafts: Drafts): NodeRef | undefined {
  if (fields.has("at")) return drafts.endpoint(fields.value("at"));
  const { context } = fields;
  const from = drafts.nodeOrInterface(fields.value("from"));
  if (from === undefined || from.interface !== undefined) return from;
  const { span } = fields.value("from")!;
  const draft = drafts.nodes.get(from.node)!;
  const { kind } = draft;
  const interfaces = kind === "ovs" ? hostInterfaces(draft) : [...draft.interfaces.keys()];
  if (kind === "bridge" || (kind === "ovs" && interfaces.length === 0)) {
    const what = kind === "ovs" ? "switch without an address" : "bridge";
    const message = `'${from.node}' is a ${what}, which sends nothing of its own.`;
    return context.problem("bad-topology", span, message, "Say which of its interfaces: `at: node:interface`.");
  }
  const [only, second] = interfaces;
  if (only === undefined && kind === "host") {
    const message = `'${from.node}' has no interface to send by.`;
    return context.problem("bad-topology", span, message, "Give it one under `interfaces`, or link it.");
  }
  if (direction === "out") return from;
  if (only !== undefined && second === undefined) return { node: from.node, interface: only };
  const message = `'${from.node}' has ${interfaces.length} interfaces that a packet could arrive at.`;
  return context.problem("bad-topology", span, message, "Say which: `at: node:interface`.");
}
