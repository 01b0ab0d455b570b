import { formatMac } from "../../packet/address.ts";
import { formatAddress } from "../../topology/address-with-prefix.ts";
import type {
  AddressModel,
  BridgeModel,
  HostModel,
  InterfaceModel,
  LinkModel,
  NodeModel,
  OffloadModel,
  RouteModel,
  Topology,
} from "../../topology/model.ts";
import { farEnd, isSwitched, NOWHERE, neighbour } from "./cable-ends.ts";

/** What makes a node out of an empty network namespace. */
export interface NodePlan {
  readonly name: string;
  /** sysctl values by their paths below /proc/sys, for before its interfaces come up. */
  readonly settings: readonly (readonly [path: string, value: string])[];
  /** Lines of ip(8) that make its ends of links: those of the link's first end make both. */
  readonly cables: readonly string[];
  /** Lines of ip(8) behind them: addresses, ports, routes. */
  readonly configuration: readonly string[];
}

/** Name of the bridge device of a bridge node. */
const BRIDGE = "netsim-bridge";

/** The lines that make a topology's nodes and links. @param pathOf where the namespace of a node can be named. */
export function planNodes(topology: Topology, pathOf: (node: string) => string): NodePlan[] {
  return [...topology.nodes.values()].map((node) => ({
    name: node.name,
    settings: settingsOf(node),
    cables: [
      ...topology.links
        .filter(({ ends }, link) => ends[0].node === node.name && !isSwitched(topology, link))
        .map((link) => cable(topology, link, pathOf)),
      ...[...node.interfaces.values()].flatMap((device) => {
        const tunnel = node.kind === "host" ? (node as HostModel).tunnels?.get(device.name) : undefined;
        if (tunnel?.type === "vxlan")
          return `link add ${described(device)} type vxlan external dstport ${tunnel.destinationPort}`;
        const end = farEnd(topology, node.name, device.name);
        if (end.node !== NOWHERE) return [];
        const other = neighbour(topology, node.name, device.name);
        // The middle of a cable takes what its other end takes.
        const most =
          other === undefined ? "" : ` mtu ${topology.nodes.get(other.node)!.interfaces.get(other.interface)!.mtu}`;
        return `link add ${described(device)} type veth peer name end${end.index} index ${end.index}${most} netns ${pathOf(NOWHERE)}`;
      }),
    ],
    configuration: node.kind === "bridge" ? bridge(node) : host(node as HostModel),
  }));
}

/**
 * The lines that let packets come through the middle of cables that steps cut, and what comes out of cables that lead nowhere come
 * in at the interfaces where the traffic wants it.
 */
export function planNowhere(topology: Topology): string[] {
  const middles = topology.links
    .filter((_, link) => isSwitched(topology, link))
    .flatMap(({ ends }) => ends.map((end) => farEnd(topology, end.node, end.interface)));
  const entries = topology.traffic.flatMap((entry) => {
    if (entry.kind === "flow" || entry.direction === "out") return [];
    const at = entry.kind === "packet" ? entry.from : entry.at;
    return at.interface === undefined ? [] : [farEnd(topology, at.node, at.interface)];
  });
  const indexes = new Set([...middles, ...entries].filter(({ node }) => node === NOWHERE).map(({ index }) => index));
  return [...indexes].map((index) => `link set dev end${index} up`);
}

/** A veth pair, each end with its name, index and address in its own namespace. */
function cable({ nodes }: Topology, { ends }: LinkModel, pathOf: (node: string) => string): string {
  const [first, second] = ends.map((end) => nodes.get(end.node)!.interfaces.get(end.interface)!);
  const elsewhere = ends[0].node === ends[1].node ? "" : ` netns ${pathOf(ends[1].node)}`;
  return `link add ${described(first!)} type veth peer ${described(second!)}${elsewhere}`;
}

function described({ name, index, mac, mtu }: InterfaceModel): string {
  return `name ${name} index ${index} address ${formatMac(mac)} mtu ${mtu}`;
}

/** Nothing is to be sent that the topology does not send: no router solicitations, no duplicate address detection. */
function settingsOf(node: NodeModel): [string, string][] {
  const usesIpv6 =
    node.kind === "host" &&
    [...node.interfaces.values()].some(({ addresses }) => addresses.some((a) => a.family === 6));
  const settings: [string, string][] = [];
  for (const scope of ["all", "default"])
    settings.push(
      [`net/ipv6/conf/${scope}/disable_ipv6`, usesIpv6 ? "0" : "1"],
      [`net/ipv6/conf/${scope}/accept_dad`, "0"],
      [`net/ipv6/conf/${scope}/dad_transmits`, "0"],
      [`net/ipv6/conf/${scope}/router_solicitations`, "0"],
      [`net/ipv4/conf/${scope}/rp_filter`, "0"],
    );
  settings.push(["net/ipv6/mld_qrv", "1"]);
  if (node.kind !== "host") return settings;
  const { forwarding, ttl } = node as HostModel;
  settings.push(["net/ipv4/ping_group_range", "0 2147483647"]);
  settings.push(["net/ipv4/ip_forward", forwarding ? "1" : "0"], ["net/ipv4/ip_default_ttl", String(ttl)]);
  for (const scope of ["all", "default"])
    settings.push(
      [`net/ipv6/conf/${scope}/forwarding`, forwarding ? "1" : "0"],
      [`net/ipv6/conf/${scope}/hop_limit`, String(ttl)],
    );
  return settings;
}

function bridge({ interfaces, ageing }: BridgeModel): string[] {
  const centiseconds = Math.round(ageing / 1e7);
  const ports = [...interfaces.keys()];
  return [
    `link add ${BRIDGE} type bridge stp_state 0 mcast_snooping 0 ageing_time ${centiseconds}`,
    ...ports.flatMap((port) => [`link set dev ${port} master ${BRIDGE}`, `link set dev ${port} up`]),
    `link set dev ${BRIDGE} up`,
  ];
}

function host({ interfaces, routes }: HostModel): string[] {
  const devices = [...interfaces.values()];
  return [
    "link set dev lo up",
    // TCP makes packets of many segments even for devices that take none; filters and queues would see those.
    ...devices.map(({ name, offload }) => {
      const most = offload === undefined ? "gso_max_segs 1" : largest(offload);
      return `link set dev ${name} ${most} up`;
    }),
    ...devices.flatMap(({ name, addresses }) => addresses.map((own) => `address add ${addressed(own)} dev ${name}`)),
    // The lab puts those with programs there itself, once these are loaded.
    ...routes.filter(({ encap }) => encap === undefined).map(route),
  ];
}

function largest({ maxSegments, maxBytes }: OffloadModel): string {
  return `gso_max_segs ${maxSegments} gso_max_size ${maxBytes}`;
}

function addressed(own: AddressModel): string {
  const { family, prefix } = own;
  return `${formatAddress(own)}/${prefix}${family === 4 ? " brd +" : " nodad"}`;
}

function route({ family, destination, prefix, via, device, metric }: RouteModel): string {
  const to = via === undefined ? "" : ` via ${formatAddress({ family, address: via })}`;
  const by = device === undefined ? "" : ` dev ${device}`;
  return `route add ${formatAddress({ family, address: destination })}/${prefix}${to}${by}${metric === 0 ? "" : ` metric ${metric}`}`;
}
