import { FUNCTION } from "../../events/functions.ts";
import type { DropReason } from "../../packet/drop-reason.ts";
import { trim } from "../../packet/linear-part.ts";
import { largestLength } from "../../packet/segment-length.ts";
import { PACKET_HOST, PACKET_LOOPBACK, PACKET_OTHERHOST, type Skb } from "../../packet/skb.ts";
import { get16 } from "../../packet/wire.ts";
import { ETH_P_IP, ETH_P_IPV6 } from "../ethernet-frame.ts";
import type { Interface } from "../interface.ts";
import { MAX_REROUTES } from "../lwt/route-programs.ts";
import type { Route } from "../route-table.ts";
import type { World } from "../world.ts";
import { IPV6_HEADER } from "./header.ts";
import { ICMPV6_HDR_FIELD, ICMPV6_UNK_OPTION } from "./icmp-type.ts";
import type { IpStack } from "./ip-stack.ts";
import {
  isAllNodes,
  isAllRouters,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isSolicitedNode,
  isUnspecified,
} from "./ipv6-address.ts";
import {
  FRAGMENT_HEADER,
  IP6_MF,
  IP6_OFFSET,
  NEXT_DESTINATION,
  NEXT_FRAGMENT,
  NEXT_HOP_BY_HOP,
  NEXT_ROUTING,
  optionsProblem,
} from "./ipv6-extensions.ts";
import { Ipv6Reassembly } from "./ipv6-reassembly.ts";
import { ipv6Addresses } from "./source-address.ts";

const SOURCE = 8;
const DESTINATION = 24;
/** IPV6_MIN_MTU. */
const SMALLEST_MTU = 1280;
/** Routing header types that Linux drops without a word where they are not switched on: RPL and segment routing. */
const ROUTING_TYPES_OFF = new Set([3, 4]);

/** IPv6 of a host: net/ipv6/ip6_input.c, exthdrs.c and the forwarding half of ip6_output.c. */
export class Ipv6 {
  readonly reassembly: Ipv6Reassembly;
  /** The packet that is being delivered had a fragment header. */
  wasFragmented = false;
  /** Routes that a packet has been given anew, one inside another. */
  private reroutes = 0;
  private readonly stack: IpStack;
  private readonly world: World;

  constructor(stack: IpStack, world: World) {
    this.stack = stack;
    this.world = world;
    this.reassembly = new Ipv6Reassembly(stack, world);
  }

  /** ipv6_rcv: the packet's data begins at its IP header. */
  receive(device: Interface, skb: Skb): void {
    const { events } = this.world.ledger;
    if (!events.isOn) {
      this.input(device, skb);
      return;
    }
    const { name } = this.stack.host;
    events.begin(FUNCTION.ipv6_rcv, name, skb, device);
    this.input(device, skb);
    events.end(FUNCTION.ipv6_rcv, name);
  }

  private input(device: Interface, skb: Skb): void {
    const reason = this.headerProblem(device, skb);
    if (reason !== undefined) {
      this.world.ledger.drop(skb, device.label, reason);
      return;
    }
    const { bytes } = this.world.store;
    const at = skb.data;
    if (bytes[at + 6] === NEXT_HOP_BY_HOP && !this.passesOptions(device, skb, at + IPV6_HEADER)) return;
    if (device === this.stack.host.loopback.device || skb.pktType === PACKET_LOOPBACK) {
      this.acceptLocal(device, skb);
      return;
    }
    this.routeInput(device, skb);
  }

  /** ip6_route_input: whose the packet is. */
  routeInput(device: Interface, skb: Skb): void {
    const { bytes } = this.world.store;
    const at = skb.data;
    if (isMulticast(bytes, at + DESTINATION)) {
      if (this.hasJoined(device, bytes, at + DESTINATION)) this.acceptLocal(device, skb);
      else this.world.ledger.drop(skb, device.label, "IP_NOT_MEMBER");
      return;
    }
    if (this.isForUs(device, bytes, at + DESTINATION)) {
      this.acceptLocal(device, skb);
      return;
    }
    const scoped = this.stack.needsDevice(6, bytes, at + DESTINATION) ? device : undefined;
    const route = this.stack.route(6, bytes, at + DESTINATION, scoped);
    if (route === undefined) {
      // ip6_pkt_discard answers on hosts that do not forward, too.
      this.stack.icmp.netUnreachable(skb, 6);
      this.world.ledger.drop(skb, device.label, "IP_INNOROUTES");
      return;
    }
    const answer = route.programs?.run("in", skb) ?? "continue";
    if (answer === "continue") this.forward(device, skb, route);
    else if (answer === "reroute") this.reroute(device, skb);
  }

  /** A program on its route has changed where the packet is to go (bpf_lwt_input_reroute). */
  private reroute(device: Interface, skb: Skb): void {
    skb.networkHeader = skb.data;
    const isLoop = this.reroutes >= MAX_REROUTES;
    this.reroutes++;
    if (isLoop) this.world.ledger.drop(skb, device.label, "REDIRECT_LOOP");
    else if (skb.protocol === ETH_P_IPV6) this.routeInput(device, skb);
    else if (skb.protocol === ETH_P_IP) this.stack.v4.routeInput(device, skb);
    else this.world.ledger.drop(skb, device.label, "LWT_BPF");
    this.reroutes--;
  }

  /** Goes on with a packet that was put together out of fragments. */
  deliverReassembled(device: Interface, skb: Skb): void {
    this.wasFragmented = true;
    this.deliver(device, skb);
    this.wasFragmented = false;
  }

  /** True where the host is a member of the group at `at` on that interface. */
  hasJoined(device: Interface, bytes: Uint8Array, at: number): boolean {
    if (isAllNodes(bytes, at) || this.stack.udp.hasGroup(6, bytes, at, device.name)) return true;
    if (this.stack.forwarding && isAllRouters(bytes, at)) return true;
    // The cheap half of the question first: nearly all groups fail it.
    if (bytes[at + 12] !== 0xff) return false;
    return (
      ipv6Addresses(device).some(({ address }) => isSolicitedNode(bytes, at, address)) || this.isAnycastGroup(bytes, at)
    );
  }

  /** A router's anycast addresses have a solicited-node group too: all end in zeros. */
  private isAnycastGroup(bytes: Uint8Array, at: number): boolean {
    return this.stack.forwarding && isSolicitedNode(bytes, at, NO_ADDRESS);
  }

  /** Own addresses on whichever interface, though link-local ones only on theirs. */
  private isForUs(device: Interface, bytes: Uint8Array, at: number): boolean {
    if (!this.stack.isLocal(6, bytes, at)) return false;
    return !isLinkLocal(bytes, at) || this.stack.deviceHasIpv6(device, bytes, at) || this.stack.isAnycast(6, bytes, at);
  }

  private acceptLocal(device: Interface, skb: Skb): void {
    if (!this.stack.acceptsInput(device, skb, 6)) return;
    this.wasFragmented = false;
    this.deliver(device, skb);
  }

  /** ip6_protocol_deliver_rcu: header by header up to a protocol. */
  private deliver(device: Interface, skb: Skb): void {
    const { bytes } = this.world.store;
    const end = skb.data + skb.length;
    skb.networkHeader = skb.data;
    let nextAt = skb.data + 6;
    let at = skb.data + IPV6_HEADER;
    for (;;) {
      const next = bytes[nextAt]!;
      // A hop-by-hop header's options were looked at before; anywhere else it is no header at all.
      const known =
        next === NEXT_ROUTING ||
        next === NEXT_DESTINATION ||
        next === NEXT_FRAGMENT ||
        (next === NEXT_HOP_BY_HOP && nextAt === skb.data + 6);
      if (!known) {
        skb.transportHeader = at;
        this.stack.deliver(device, skb, 6, next, nextAt);
        return;
      }
      if (at + 8 > end || (next !== NEXT_FRAGMENT && at + (bytes[at + 1]! + 1) * 8 > end)) {
        this.world.ledger.drop(skb, device.label, "IPV6_TRUNCATED_EXTHDR");
        return;
      }
      let length = (bytes[at + 1]! + 1) * 8;
      if (next === NEXT_FRAGMENT) {
        if ((get16(bytes, at + 2) & (IP6_OFFSET | IP6_MF)) !== 0) {
          this.reassembly.receive(device, skb, at, nextAt);
          return;
        }
        this.wasFragmented = true;
        length = FRAGMENT_HEADER;
      } else if (next === NEXT_ROUTING && !this.passesRouting(device, skb, at)) return;
      else if (next === NEXT_DESTINATION && !this.passesOptions(device, skb, at)) return;
      nextAt = at;
      at += length;
    }
  }

  /** ip6_rcv_core; also cuts off what lies behind the packet. */
  private headerProblem(device: Interface, skb: Skb): DropReason | undefined {
    const { bytes } = this.world.store;
    const at = skb.data;
    if (skb.pktType === PACKET_OTHERHOST) return "OTHERHOST";
    const isLoop = device === this.stack.host.loopback.device;
    if (!isLoop && device.linkLocal === undefined) return "IPV6DISABLED";
    if (skb.length < IPV6_HEADER) return "IP_INHDR";
    if (bytes[at]! >> 4 !== 6) return "UNHANDLED_PROTO";
    if (!isLoop && (isLoopback(bytes, at + SOURCE) || isLoopback(bytes, at + DESTINATION))) return "IP_INHDR";
    if (isMulticast(bytes, at + DESTINATION)) {
      const scope = bytes[at + DESTINATION + 1]! & 15;
      if (scope === 0 || (scope === 1 && !isLoop && skb.pktType !== PACKET_LOOPBACK)) return "IP_INHDR";
    }
    if (isMulticast(bytes, at + SOURCE)) return "IP_INHDR";
    const length = get16(bytes, at + 4) + IPV6_HEADER;
    if (length > skb.length) return "PKT_TOO_SMALL";
    if (length < skb.length) trim(skb, length);
    return undefined;
  }

  /** False, and the packet ended, where an options header at `at` forbids to go on. */
  private passesOptions(device: Interface, skb: Skb, at: number): boolean {
    const { bytes } = this.world.store;
    const length = (bytes[at + 1]! + 1) * 8;
    if (at + 8 > skb.data + skb.length || at + length > skb.data + skb.length) {
      this.world.ledger.drop(skb, device.label, "IPV6_TRUNCATED_EXTHDR");
      return false;
    }
    const problem = optionsProblem(bytes, skb.data, at, length);
    if (problem === undefined) return true;
    if (problem.kind === "unknown") {
      const group = isMulticast(bytes, skb.data + DESTINATION);
      if (problem.reply === "always" || (problem.reply === "unicast" && !group))
        this.stack.icmp.parameterProblem(skb, 6, ICMPV6_UNK_OPTION, problem.pointer);
    }
    this.world.ledger.drop(skb, device.label, problem.kind === "unknown" ? "UNHANDLED_PROTO" : "IP_INHDR");
    return false;
  }

  /** ipv6_rthdr_rcv: a routing header that is used up is stepped over, any other refused. */
  private passesRouting(device: Interface, skb: Skb, at: number): boolean {
    const { bytes } = this.world.store;
    const group = isMulticast(bytes, skb.data + DESTINATION) || skb.pktType !== PACKET_HOST;
    const off = ROUTING_TYPES_OFF.has(bytes[at + 2]!);
    if (!group && !off && bytes[at + 3] === 0) return true;
    if (!group && !off) this.stack.icmp.parameterProblem(skb, 6, ICMPV6_HDR_FIELD, at + 2 - skb.data);
    this.world.ledger.drop(skb, device.label, "IPV6_ROUTING_HEADER");
    return false;
  }

  /** ip6_forward. */
  private forward(device: Interface, skb: Skb, route: Route): void {
    const { events } = this.world.ledger;
    if (!events.isOn) {
      this.forwardBy(device, skb, route);
      return;
    }
    const { name } = this.stack.host;
    events.begin(FUNCTION.ip6_forward, name, skb, device);
    this.forwardBy(device, skb, route);
    events.end(FUNCTION.ip6_forward, name);
  }

  /** ip6_forward. */
  private forwardBy(device: Interface, skb: Skb, route: Route): void {
    const { stack, world } = this;
    const { bytes } = world.store;
    const at = skb.data;
    const { ledger } = world;
    if (!stack.forwarding) {
      ledger.drop(skb, device.label, "IP_INADDRERRORS");
      return;
    }
    if (skb.pktType !== PACKET_HOST) {
      ledger.drop(skb, device.label, "FORWARD_NOT_UNICAST");
      return;
    }
    if (bytes[at + 7]! <= 1) {
      stack.icmp.timeExceeded(skb, 6);
      ledger.drop(skb, device.label, "IP_INHDR");
      return;
    }
    if (route.device !== device) {
      if (isUnspecified(bytes, at + SOURCE)) {
        ledger.drop(skb, device.label, "IP_INADDRERRORS");
        return;
      }
      if (isLinkLocal(bytes, at + SOURCE)) {
        stack.icmp.beyondScope(skb);
        ledger.drop(skb, device.label, "IP_INADDRERRORS");
        return;
      }
    }
    const mtu = Math.max(route.device.mtu, SMALLEST_MTU);
    if (largestLength(bytes, skb) > mtu) {
      stack.icmp.packetTooBig(skb, mtu);
      ledger.drop(skb, device.label, "PKT_TOO_BIG");
      return;
    }
    bytes[at + 7]!--;
    stack.forward(device, skb, 6, route);
  }
}

const NO_ADDRESS = new Uint8Array(16);
