import { FUNCTION } from "../../events/functions.ts";
import { ADDRESSES } from "../../packet/checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import { get16 } from "../../packet/wire.ts";
import type { HostModel } from "../../topology/model.ts";
import { AddressMap } from "../address-map.ts";
import type { Host } from "../host.ts";
import type { Interface } from "../interface.ts";
import { type NeighbourOwner, NeighbourTable } from "../neighbour-table.ts";
import type { Chains } from "../netfilter/chain.ts";
import { RouteExceptions } from "../route-exceptions.ts";
import { type Route, RouteTable } from "../route-table.ts";
import type { RawSocket } from "../socket/raw-socket.ts";
import { TcpHandler } from "../tcp/tcp-handler.ts";
import type { World } from "../world.ts";
import type { ArpHandler } from "./arp.ts";
import { IcmpHandler } from "./icmp.ts";
import { IpOutput } from "./ip-output.ts";
import { Ipv4 } from "./ipv4.ts";
import { Ipv6 } from "./ipv6.ts";
import { isLinkLocal, isMulticast } from "./ipv6-address.ts";
import { NEXT_NONE } from "./ipv6-extensions.ts";
import { NeighbourDiscovery } from "./neighbour-discovery.ts";
import { Payload } from "./payload.ts";
import { PeerTable } from "./peer-table.ts";
import { ipv6Addresses, selectIpv4, selectIpv6 } from "./source-address.ts";
import { UdpHandler } from "./udp.ts";

const ETHERTYPE = { 4: 0x0800, 6: 0x86dd } as const;
const PROTOCOL_ICMP = 1;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const PROTOCOL_ICMP6 = 58;
/** Source addresses remembered, so that IPv6's rules are not gone through for each packet. */
const SOURCES_REMEMBERED = 1024;

/** The kernel's functions for protocols. */
const HANDLERS: { readonly [family in 4 | 6]: Readonly<Record<number, number>> } = {
  4: {
    [PROTOCOL_ICMP]: FUNCTION.icmp_rcv,
    [PROTOCOL_TCP]: FUNCTION.tcp_v4_rcv,
    [PROTOCOL_UDP]: FUNCTION.udp_rcv,
  },
  6: {
    [PROTOCOL_ICMP6]: FUNCTION.icmpv6_rcv,
    [PROTOCOL_TCP]: FUNCTION.tcp_v6_rcv,
    [PROTOCOL_UDP]: FUNCTION.udpv6_rcv,
  },
};

/** What both versions of IP share on one host: routes, neighbours, sockets and protocols. */
export class IpStack implements NeighbourOwner {
  readonly routes: RouteTable;
  readonly exceptions = new RouteExceptions();
  readonly neighbours: NeighbourTable;
  readonly peers = new PeerTable();
  readonly payload: Payload;
  readonly v4: Ipv4;
  readonly v6: Ipv6;
  readonly icmp: IcmpHandler;
  readonly udp: UdpHandler;
  readonly tcp: TcpHandler;
  readonly discovery: NeighbourDiscovery;
  readonly rawSockets: RawSocket[] = [];
  /** Rules of iptables and ip6tables. */
  readonly chains: { readonly 4: Chains; readonly 6: Chains } = { 4: {}, 6: {} };
  /** What takes IP protocols that the host itself does not know, as tunnels do: packets whose data begins at the IP header. */
  readonly protocols = new Map<number, (device: Interface, skb: Skb, family: 4 | 6) => void>();
  readonly host: Host;
  readonly forwarding: boolean;
  /** TTL and hop limit of what the host sends. */
  readonly ttl: number;
  arp: ArpHandler | undefined;
  private readonly sender: IpOutput;
  private readonly world: World;
  private readonly devices: readonly Interface[];
  private readonly sources = { 4: new AddressMap<Uint8Array>(4), 6: new AddressMap<Uint8Array>(6) };
  private readonly onLink = new Map<Interface, { readonly 4: Route; readonly 6: Route }>();

  constructor(host: Host, model: HostModel, world: World) {
    this.host = host;
    this.world = world;
    this.forwarding = model.forwarding;
    this.ttl = model.ttl;
    this.payload = new Payload(world.store);
    this.sender = new IpOutput(this, world);
    this.devices = [...host.interfaces.values()];
    const loopback = host.loopback.device;
    this.routes = new RouteTable([...this.devices, loopback], loopback, model);
    for (const device of [...this.devices, loopback])
      this.onLink.set(device, { 4: onLinkRoute(4, device), 6: onLinkRoute(6, device) });
    this.neighbours = new NeighbourTable(this, world.simulation);
    this.icmp = new IcmpHandler(this, world);
    this.udp = new UdpHandler(this, world);
    this.tcp = new TcpHandler(this, world);
    this.v4 = new Ipv4(this, world);
    this.v6 = new Ipv6(this, world);
    this.discovery = new NeighbourDiscovery(this, world);
  }

  /** Fragments that wait for others. */
  get reassembling(): number {
    return this.v4.reassembly.queued + this.v6.reassembly.queued;
  }

  /** True when the address at `at` is one of the host's own, on whichever interface (the weak host model, as in Linux). */
  isLocal(family: 4 | 6, bytes: Uint8Array, at: number): boolean {
    return this.routes.lookupLocal(family, bytes, at)?.type === "local";
  }

  /** True for the subnet-router anycast addresses of a router's networks (RFC 4291 section 2.6.1), which are never a source. */
  isAnycast(family: 4 | 6, bytes: Uint8Array, at: number): boolean {
    return this.routes.lookupLocal(family, bytes, at)?.isAnycast === true;
  }

  /** True where an address means something on one link only, so that answers must leave by the interface the question came in by. */
  needsDevice(family: 4 | 6, bytes: Uint8Array, at: number): boolean {
    return family === 6 && (isLinkLocal(bytes, at) || (isMulticast(bytes, at) && (bytes[at + 1]! & 15) <= 2));
  }

  /** The packet's type of service or traffic class. */
  trafficClass(skb: Skb, family: 4 | 6): number {
    const { bytes } = this.world.store;
    return family === 4 ? bytes[skb.data + 1]! : (get16(bytes, skb.data) >> 4) & 0xff;
  }

  /**
   * Hands a packet that is for this host, its data at the IP header and its transport header set, to its protocol.
   * @param nextAt address of the byte that names the protocol.
   */
  deliver(device: Interface, skb: Skb, family: 4 | 6, protocol: number, nextAt: number): void {
    const taken = this.rawSockets.length > 0 && this.deliverRaw(device, skb, family, protocol);
    const { events } = this.world.ledger;
    if (events.isOn) events.objects.pull(skb);
    const handler = events.isOn ? HANDLERS[family][protocol] : undefined;
    if (handler !== undefined) events.begin(handler, this.host.name, skb, device);
    this.handle(device, skb, family, protocol, nextAt, taken);
    if (handler !== undefined) events.end(handler, this.host.name);
  }

  private handle(device: Interface, skb: Skb, family: 4 | 6, protocol: number, nextAt: number, taken: boolean): void {
    if (protocol === PROTOCOL_UDP) this.udp.receive(device, skb, family);
    else if (protocol === PROTOCOL_TCP) this.tcp.receive(device, skb, family);
    else if (protocol === PROTOCOL_ICMP && family === 4) this.icmp.receive(device, skb, 4);
    else if (protocol === PROTOCOL_ICMP6 && family === 6) this.receiveIcmp6(device, skb);
    else if (this.protocols.has(protocol)) this.protocols.get(protocol)!(device, skb, family);
    else if (taken) this.world.ledger.deliver(skb, device.label, "raw sockets");
    else {
      // "No next header" asks for nothing and is answered by nothing (RFC 8200 section 4.7).
      const isEmpty = family === 6 && protocol === NEXT_NONE;
      if (!isEmpty) this.icmp.protocolUnreachable(skb, family, nextAt - skb.data);
      this.world.ledger.drop(skb, device.label, isEmpty ? "IPV6_NO_NEXT_HEADER" : "IP_NOPROTO");
    }
  }

  /** Copies of the host's own broadcasts and multicasts that are on their way back to it. */
  get looping(): number {
    return this.sender.queued;
  }

  /**
   * Sends a packet of this host, whose data begins at its IP header.
   * @param route given where it was already looked up.
   * @returns what the sender hears: one of NET_XMIT, or a negative error number.
   */
  output(skb: Skb, family: 4 | 6, route?: Route): number {
    return this.sender.output(skb, family, route);
  }

  /** Is a packet for this host let through by its rules? Ends it where it is not. */
  acceptsInput(device: Interface, skb: Skb, family: 4 | 6): boolean {
    const chain = this.chains[family].INPUT;
    if (chain === undefined || chain.accepts(skb, device.name, "")) return true;
    this.world.ledger.drop(skb, device.label, "NETFILTER_DROP");
    return false;
  }

  /** Sends a packet that this host forwards by that route. */
  forward(device: Interface, skb: Skb, family: 4 | 6, route: Route): void {
    const chain = this.chains[family].FORWARD;
    if (chain === undefined || chain.accepts(skb, device.name, route.device.name))
      this.sender.forward(skb, family, route);
    else this.world.ledger.drop(skb, device.label, "NETFILTER_DROP");
  }

  /** The largest packet in bytes that reaches the address at `at` as one. */
  pathMtu(family: 4 | 6, bytes: Uint8Array, at: number, route = this.route(family, bytes, at)): number {
    if (route === undefined) return Number.POSITIVE_INFINITY;
    if (route.type === "local") return route.device.mtu;
    return Math.min(route.device.mtu, this.exceptions.mtu(family, bytes, at, this.world.simulation.now));
  }

  /**
   * The route to an address.
   * @param device only routes by this interface come into question; where there is none, the address is taken to be on
   * its link (ip_route_output_key with an output interface). IPv6 groups without one go out by the first interface.
   */
  route(family: 4 | 6, bytes: Uint8Array, at: number, device?: Interface): Route | undefined {
    const found = this.routes.lookup(family, bytes, at);
    if (device !== undefined) {
      if (found?.device === device || (found?.type === "local" && !this.isElsewhere(device, bytes, at))) return found;
      return this.routes.lookupBy(device, family, bytes, at) ?? this.onLink.get(device)?.[family];
    }
    if (found !== undefined || family === 4 || !isMulticast(bytes, at)) return found;
    const first = this.devices.find(({ linkLocal }) => linkLocal !== undefined);
    return first && this.onLink.get(first)![6];
  }

  /** True for a link-local address of this host that another interface than `device` has. */
  private isElsewhere(device: Interface, bytes: Uint8Array, at: number): boolean {
    return this.needsDevice(6, bytes, at) && !this.deviceHasIpv6(device, bytes, at);
  }

  /** The address that this host uses towards the one at `at`; undefined where it has none. */
  sourceTowards(
    family: 4 | 6,
    bytes: Uint8Array,
    at: number,
    route = this.route(family, bytes, at),
  ): Uint8Array | undefined {
    if (route === undefined) return undefined;
    if (route.type === "local") return bytes.slice(at, at + ADDRESSES[family].length);
    const remembered = this.sources[family].get(bytes, at, route.device.index);
    if (remembered !== undefined) return remembered;
    const { via } = route;
    const found =
      family === 4
        ? selectIpv4(this.devices, route.device, via ?? bytes, via === undefined ? at : 0)
        : selectIpv6(this.devices, route.device, bytes, at);
    if (found === undefined) return undefined;
    if (this.sources[family].size >= SOURCES_REMEMBERED) this.sources[family].retain(() => false);
    this.sources[family].set(bytes, at, found, route.device.index);
    return found;
  }

  /** The address of `device` that suits the one at `at`. */
  sourceFrom(family: 4 | 6, device: Interface, bytes: Uint8Array, at: number): Uint8Array | undefined {
    return family === 4 ? selectIpv4(this.devices, device, bytes, at) : selectIpv6(this.devices, device, bytes, at);
  }

  /** True where the device, not just the host, has the IPv6 address at `at`. */
  deviceHasIpv6(device: Interface, bytes: Uint8Array, at: number): boolean {
    for (const { address } of ipv6Addresses(device)) {
      let i = 0;
      while (i < 16 && address[i] === bytes[at + i]) i++;
      if (i === 16) return true;
    }
    return false;
  }

  emit(device: Interface, skb: Skb, _neighbour: 4 | 6, mac: Uint8Array): void {
    // The next hop of an IPv4 packet may be one of IPv6.
    const version = this.world.store.bytes[skb.data]! >>> 4 === 6 ? 6 : 4;
    this.host.transmitTo(device, skb, ETHERTYPE[version], mac);
  }

  solicit(device: Interface, family: 4 | 6, address: Uint8Array, waiting: Skb): void {
    const { bytes } = this.world.store;
    const { source, length } = ADDRESSES[family];
    const at = waiting.data + source;
    const own = bytes.slice(at, at + length);
    if (family === 4) {
      // The packet's own source, where it is ours (arp_announce 0).
      const from = this.isLocal(4, own, 0) ? own : selectIpv4(this.devices, device, address, 0);
      this.arp?.request(device, from ?? new Uint8Array(4), address);
      return;
    }
    const from = this.deviceHasIpv6(device, own, 0) ? own : device.linkLocal?.address;
    if (from !== undefined) this.discovery.solicit(device, from, address);
  }

  unreachable(device: Interface, skb: Skb, family: 4 | 6): void {
    this.icmp.hostUnreachable(skb, family);
    this.world.ledger.drop(skb, device.label, "NEIGH_FAILED");
  }

  queueFull(device: Interface, skb: Skb): void {
    this.world.ledger.drop(skb, device.label, "NEIGH_QUEUEFULL");
  }

  tableFull(device: Interface, skb: Skb): void {
    this.world.ledger.drop(skb, device.label, "NEIGH_CREATEFAIL");
  }

  private deliverRaw(device: Interface, skb: Skb, family: 4 | 6, protocol: number): boolean {
    let taken = false;
    for (const socket of this.rawSockets) {
      if (!socket.wants(skb, family, protocol, device.name)) continue;
      // ICMPv6 sockets check the checksum (rawv6_rcv).
      if (family === 6 && protocol === PROTOCOL_ICMP6 && !this.icmp.isSound(skb, 6)) continue;
      socket.receive(skb);
      taken = true;
    }
    return taken;
  }

  private receiveIcmp6(device: Interface, skb: Skb): void {
    if (this.discovery.isDiscovery(skb)) this.discovery.receive(device, skb);
    else this.icmp.receive(device, skb, 6);
  }
}

function onLinkRoute(family: 4 | 6, device: Interface): Route {
  const destination = new Uint8Array(ADDRESSES[family].length);
  return { family, type: "unicast", destination, prefix: 0, device, metric: 0 };
}
