import { FUNCTION } from "../../events/functions.ts";
import type { SocketQuery } from "../../hooks/program-network.ts";
import { ADDRESSES, transportChecksum } from "../../packet/checksum.ts";
import { pull, trim } from "../../packet/linear-part.ts";
import { leaveChecksum, needsNoCheck } from "../../packet/partial-checksum.ts";
import type { Skb, SkbSocket } from "../../packet/skb.ts";
import { get16, sameBytes, set16 } from "../../packet/wire.ts";
import type { Interface } from "../interface.ts";
import type { Route } from "../route-table.ts";
import { admits } from "../socket/socket.ts";
import type { UdpSocket } from "../socket/udp-socket.ts";
import type { World } from "../world.ts";
import type { IpStack } from "./ip-stack.ts";
import { PacketMaker } from "./packet-maker.ts";

const UDP = 17;
const UDP_HEADER = 8;
/** Where the checksum stands in the header. */
const CHECKSUM = 6;
const FRAGMENTABLE = { fragmentable: true };

/** UDP of a host (net/ipv4/udp.c, net/ipv6/udp.c). Sockets are not connected. */
export class UdpHandler {
  readonly sockets: UdpSocket[] = [];
  /** Ports from which traffic is sent: whoever sends has a socket there, and reads what comes back. */
  readonly senders = new Map<number, SkbSocket>();
  /** Takes datagrams for a port past the sockets, as tunnels do: their data begins at the IP header (udp_encap_rcv). */
  readonly encapsulations = new Map<number, (device: Interface, skb: Skb, family: 4 | 6) => void>();
  private readonly stack: IpStack;
  private readonly world: World;
  private readonly maker: PacketMaker;

  constructor(stack: IpStack, world: World) {
    this.stack = stack;
    this.world = world;
    this.maker = new PacketMaker(stack, world);
  }

  /** True where some socket is bound to the group address at `at`, which is how a host joins a group here; IGMP and MLD are not spoken. */
  hasGroup(family: 4 | 6, bytes: Uint8Array, at: number, device: string): boolean {
    for (const { model } of this.sockets) {
      const { address } = model;
      if (address?.family !== family || (model.interface ?? device) !== device) continue;
      if (sameBytes(bytes, at, address.address, 0, ADDRESSES[family].length)) return true;
    }
    return false;
  }

  /** __udp4_lib_rcv, __udp6_lib_rcv: the packet's data begins at its IP header. */
  receive(device: Interface, skb: Skb, family: 4 | 6): void {
    const { ledger, store } = this.world;
    const { bytes } = store;
    const at = skb.transportHeader;
    const available = skb.data + skb.length - at;
    let length = available >= UDP_HEADER ? get16(bytes, at + 4) : 0;
    // Over IPv6 a length of 0 stands for all there is, since a jumbogram's does not fit (RFC 2675 section 4).
    if (length === 0 && family === 6) length = available;
    if (length < UDP_HEADER || length > available) {
      ledger.drop(skb, device.label, "PKT_TOO_SMALL");
      return;
    }
    pull(skb, at - skb.data + UDP_HEADER);
    if (available > length) trim(skb, skb.length - (available - length));
    // A checksum of 0 means none over IPv4 (RFC 768) and is forbidden over IPv6 (RFC 8200 section 8.1).
    const none = get16(bytes, at + 6) === 0;
    if (none ? family === 6 : !needsNoCheck(skb) && transportChecksum(bytes, family, skb.data, UDP, at, length) !== 0) {
      ledger.drop(skb, device.label, "UDP_CSUM");
      return;
    }
    const encapsulation = this.encapsulations.size === 0 ? undefined : this.encapsulations.get(get16(bytes, at + 2));
    if (encapsulation !== undefined) {
      encapsulation(device, skb, family);
      return;
    }
    if (this.isForMany(skb, family)) {
      this.deliverToMany(device, skb, family);
      return;
    }
    const socket = this.assigned(skb) ?? this.find(skb, family, device);
    const sender = socket === undefined ? this.senders.get(get16(bytes, at + 2)) : undefined;
    if (sender !== undefined) {
      if (admits(sender, skb)) ledger.deliver(skb, device.label, "the sender of traffic");
      else ledger.drop(skb, device.label, "SOCKET_FILTER");
    } else if (socket === undefined) {
      this.stack.icmp.portUnreachable(skb, family);
      ledger.drop(skb, device.label, "NO_SOCKET");
    } else if (!socket.receive(skb)) ledger.drop(skb, socket.label, "SOCKET_FILTER");
    else {
      if (socket.model.echo && socket.isServed)
        this.echo(device, skb, family, Math.max(0, socket.kept - UDP_HEADER), socket);
      ledger.deliver(skb, device.label, socket.label);
    }
  }

  /**
   * Sends a datagram with `length` bytes of payload, filled with 0x00, 0x01, ... 0xff and again.
   * @param source absent: the address that the route gives.
   * @param sender the socket that sends it.
   * @returns what the sender hears: one of NET_XMIT, or a negative error number.
   */
  send(
    family: 4 | 6,
    destination: Uint8Array,
    sport: number,
    dport: number,
    length: number,
    source?: Uint8Array,
    sender?: SkbSocket,
  ): number {
    const { stack } = this;
    const { events } = this.world.ledger;
    const { name } = stack.host;
    const fn = family === 4 ? FUNCTION.udp_sendmsg : FUNCTION.udpv6_sendmsg;
    if (events.isOn) events.frames.enter(fn, name, events.objects.socket(sender, name), 0, length);
    const route = stack.route(family, destination, 0);
    const from = source ?? stack.sourceTowards(family, destination, 0, route) ?? UNSPECIFIED[family];
    const skb = this.maker.begin(family, UDP_HEADER + length);
    skb.socket = sender;
    stack.payload.fill(skb.transportHeader + UDP_HEADER, length);
    const code = this.finish(skb, family, from, destination, sport, dport, route);
    if (!events.isOn) return code;
    events.frames.result = code < 0 ? code : length;
    events.end(fn, name);
    return code;
  }

  private echo(device: Interface, skb: Skb, family: 4 | 6, length: number, socket: UdpSocket): void {
    const { stack, world } = this;
    const { source, destination, length: size } = ADDRESSES[family];
    const before = world.store.bytes;
    const to = before.slice(skb.data + source, skb.data + source + size);
    const asked = before.slice(skb.data + destination, skb.data + destination + size);
    const route = stack.route(family, to, 0, stack.needsDevice(family, to, 0) ? device : undefined);
    const own = stack.isLocal(family, asked, 0) ? asked : stack.sourceTowards(family, to, 0, route);
    const reply = this.maker.begin(family, UDP_HEADER + length);
    reply.socket = socket.identity;
    const { bytes } = world.store;
    const from = skb.transportHeader;
    bytes.copyWithin(reply.transportHeader + UDP_HEADER, from + UDP_HEADER, from + UDP_HEADER + length);
    const dport = get16(bytes, from);
    this.finish(reply, family, own ?? UNSPECIFIED[family], to, get16(bytes, from + 2), dport, route);
  }

  private finish(
    skb: Skb,
    family: 4 | 6,
    source: Uint8Array,
    destination: Uint8Array,
    sport: number,
    dport: number,
    route: Route | undefined,
  ): number {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const length = skb.data + skb.length - at;
    set16(bytes, at, sport);
    set16(bytes, at + 2, dport);
    set16(bytes, at + 4, length);
    set16(bytes, at + 6, 0);
    // What does not fit the path is cut into fragments here and so must not carry DF (IP_PMTUDISC_WANT).
    const fits = skb.length <= this.stack.pathMtu(family, destination, 0, route);
    this.maker.writeIp(skb, family, UDP, source, destination, fits ? undefined : FRAGMENTABLE);
    // Where all of it leaves at once the device may complete the checksum (__ip_append_data).
    if (fits && route?.device.offload.checksums === true) leaveChecksum(bytes, skb, family, UDP, CHECKSUM);
    else {
      const checksum = transportChecksum(bytes, family, skb.data, UDP, at, length);
      set16(bytes, at + CHECKSUM, checksum === 0 ? 0xffff : checksum);
    }
    return this.stack.output(skb, family, route);
  }

  /** True for a broadcast or group destination, which every socket gets that wants it. */
  private isForMany(skb: Skb, family: 4 | 6): boolean {
    const { bytes } = this.world.store;
    const at = skb.data + ADDRESSES[family].destination;
    if (family === 6) return bytes[at] === 0xff;
    return !this.stack.isLocal(4, bytes, at);
  }

  /** __udp4_lib_mcast_deliver. */
  private deliverToMany(device: Interface, skb: Skb, family: 4 | 6): void {
    const { ledger } = this.world;
    const { bytes } = this.world.store;
    const at = skb.data + ADDRESSES[family].destination;
    const port = get16(bytes, skb.transportHeader + 2);
    let matched = false;
    let received: UdpSocket | undefined;
    for (const socket of this.sockets) {
      if (!isFor(socket, this.world.store.bytes, at, port, family, device.name)) continue;
      matched = true;
      if (!socket.receive(skb)) continue;
      received ??= socket;
      if (socket.model.echo && socket.isServed)
        this.echo(device, skb, family, Math.max(0, socket.kept - UDP_HEADER), socket);
    }
    if (received !== undefined) ledger.deliver(skb, device.label, received.label);
    else if (matched) ledger.drop(skb, device.label, "SOCKET_FILTER");
    else ledger.drop(skb, device.label, "MCAST_NO_SOCKET");
  }

  /**
   * __udp4_lib_lookup: a socket bound to the very address goes before all others, then one bound to the interface
   * (compute_score); of equals the one bound last.
   */
  private find(skb: Skb, family: 4 | 6, device: Interface): UdpSocket | undefined {
    const { bytes } = this.world.store;
    return this.lookUp(
      bytes,
      skb.data + ADDRESSES[family].destination,
      get16(bytes, skb.transportHeader + 2),
      family,
      device.name,
    );
  }

  /** The socket that a program of traffic control has chosen (bpf_sk_assign, inet_steal_sock). */
  private assigned({ socket }: Skb): UdpSocket | undefined {
    return socket && this.sockets.find(({ identity }) => identity === socket);
  }

  /** What a datagram with those addresses would come to, in by the interface named `device`. */
  socketFor(query: SocketQuery, device: string): SkbSocket | undefined {
    const { bytes, destination, destinationPort, family } = query;
    const found = this.lookUp(bytes, destination, destinationPort, family, device);
    return found?.identity ?? this.senders.get(destinationPort);
  }

  /** @param at where the destination's address stands. */
  private lookUp(bytes: Uint8Array, at: number, port: number, family: 4 | 6, device: string): UdpSocket | undefined {
    let best: UdpSocket | undefined;
    let bestScore = 0;
    for (let i = 0; i < this.sockets.length; i++) {
      const socket = this.sockets[i]!;
      if (!isFor(socket, bytes, at, port, family, device)) continue;
      const { address, interface: bound } = socket.model;
      const score = 1 + (address === undefined ? 0 : 8) + (bound === undefined ? 0 : 4);
      if (score < bestScore) continue;
      best = socket;
      bestScore = score;
    }
    return best;
  }
}

/** Is a datagram for the socket? The destination's address stands at `at`. A socket without an address takes both versions of IP. */
function isFor(
  { model }: UdpSocket,
  bytes: Uint8Array,
  at: number,
  port: number,
  family: 4 | 6,
  device: string,
): boolean {
  if (model.port !== port) return false;
  if (model.interface !== undefined && model.interface !== device) return false;
  const { address } = model;
  if (address === undefined) return true;
  return address.family === family && sameBytes(bytes, at, address.address, 0, ADDRESSES[family].length);
}

const UNSPECIFIED = { 4: new Uint8Array(4), 6: new Uint8Array(16) } as const;
