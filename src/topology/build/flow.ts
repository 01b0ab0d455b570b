import type { FlowTraffic, NodeRef } from "../model.ts";
import { parseSize } from "../quantity/size.ts";
import { cgroupPaths, readCgroup } from "./cgroups.ts";
import type { Fields } from "./fields.ts";
import { knowsAddresses } from "./interfaces.ts";
import { readSchedule } from "./schedule.ts";
import { readHost, type TrafficScope } from "./traffic-scope.ts";

/** What ping(8) sends. */
const DEFAULT_BYTES = 56;
/** 65,535 less the headers of IPv4 and of UDP or ICMP. */
const MOST_DATAGRAM_BYTES = 65_507;
/** Half of TCP's sequence numbers. */
const MOST_STREAM_BYTES = 2 ** 31;

/** A conversation of two hosts. */
export function buildFlow(fields: Fields, scope: TrafficScope): FlowTraffic | undefined {
  const schedule = readSchedule(fields, scope.isBounded);
  const protocol = fields.choice("flow", "udp", "tcp", "icmp");
  const from = readHost(fields, "from", scope.drafts);
  const to = readHost(fields, "to", scope.drafts);
  const port = fields.number("port");
  const sport = fields.number("sport");
  const sender = from && scope.drafts.nodes.get(from.node);
  const cgroup = sender && readCgroup(fields, cgroupPaths(sender.fields));
  const family = fields.number("family") as 4 | 6 | undefined;
  const bytes = fields.parsed("bytes", parseSize) ?? DEFAULT_BYTES;
  checkForProtocol(fields, protocol, bytes);
  if (from !== undefined && to !== undefined) checkFamily(fields, from, to, family, scope);
  if (schedule === undefined || protocol === undefined || from === undefined || to === undefined) return undefined;
  return {
    kind: "flow",
    place: fields.place,
    schedule,
    protocol,
    from,
    to,
    port: port ?? 0,
    bytes,
    ...(sport !== undefined && { sport }),
    ...(cgroup !== undefined && { cgroup }),
    ...(family !== undefined && { family }),
  };
}

function checkForProtocol(fields: Fields, protocol: FlowTraffic["protocol"] | undefined, bytes: number): void {
  const { context } = fields;
  const most = protocol === "tcp" ? MOST_STREAM_BYTES : MOST_DATAGRAM_BYTES;
  if (bytes > most) {
    const message = `\`bytes\` takes at most ${most} in a flow of ${protocol}, not ${bytes}.`;
    context.problem("schema-value", fields.value("bytes")!.span, message);
  }
  if (protocol !== "icmp") return;
  for (const key of ["port", "sport"])
    if (fields.has(key))
      context.problem(
        "schema-value",
        fields.keySpan(key),
        `A flow of icmp has no \`${key}\`.`,
        "Ports belong to udp and tcp.",
      );
}

/** Both hosts have addresses of the wanted family, or of one in common. */
function checkFamily(
  fields: Fields,
  from: NodeRef,
  to: NodeRef,
  family: 4 | 6 | undefined,
  { drafts, nodes }: TrafficScope,
): void {
  const ends = (["from", "to"] as const).map((key) => {
    const ref = key === "from" ? from : to;
    const own = nodes.get(ref.node)?.interfaces.values() ?? [];
    const addresses = [...own].flatMap((device) =>
      ref.interface === undefined || ref.interface === device.name ? device.addresses : [],
    );
    return { key, ref, families: new Set(addresses.map((address) => address.family)) };
  });
  const isKnown = ({ node }: NodeRef) =>
    nodes.has(node) && knowsAddresses(drafts.nodes.get(node)!, nodes.get(node)!.interfaces);
  if (!isKnown(from) || !isKnown(to)) return;
  const wanted = family === undefined ? ([4, 6] as const) : [family];
  if (wanted.some((one) => ends.every(({ families }) => families.has(one)))) return;
  const { context } = fields;
  const hint = "Give an interface an `address`.";
  const lacking = ends.filter(({ families }) => !wanted.some((one) => families.has(one)));
  for (const { key, ref } of lacking) {
    const name = ref.interface === undefined ? ref.node : `${ref.node}:${ref.interface}`;
    const message = `'${name}' has no ${family === undefined ? "IP" : `IPv${family}`} address.`;
    context.problem("bad-topology", fields.value(key)!.span, message, hint);
  }
  if (lacking.length === 0)
    context.problem("bad-topology", fields.span, `'${from.node}' and '${to.node}' have no IP version in common.`, hint);
}
