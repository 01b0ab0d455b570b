import { FUNCTION } from "../../events/functions.ts";
import { checksumOf, sum16 } from "../../packet/checksum.ts";
import type { DropReason } from "../../packet/drop-reason.ts";
import { trim } from "../../packet/linear-part.ts";
import { largestLength } from "../../packet/segment-length.ts";
import { PACKET_HOST, PACKET_LOOPBACK, PACKET_OTHERHOST, type Skb } from "../../packet/skb.ts";
import { get16, get32, set16 } from "../../packet/wire.ts";
import { ETH_P_IP, ETH_P_IPV6 } from "../ethernet-frame.ts";
import type { Interface } from "../interface.ts";
import { MAX_REROUTES } from "../lwt/route-programs.ts";
import type { Route } from "../route-table.ts";
import type { World } from "../world.ts";
import { IP_DF, IP_MF, IP_OFFSET, IPV4_HEADER } from "./header.ts";
import type { IpStack } from "./ip-stack.ts";
import { optionsProblem } from "./ipv4-options.ts";
import { Ipv4Reassembly } from "./ipv4-reassembly.ts";
import { spend } from "./peer-table.ts";
import { Redirects } from "./redirects.ts";

const SOURCE = 12;
const DESTINATION = 16;
const ALL_HOSTS = 0xe000_0001;
const LIMITED_BROADCAST = 0xffff_ffff;
/** "No route" is answered at most once in net.ipv4.route.error_cost, after a burst of error_burst; nanoseconds. */
const ERROR_COST = 1_000_000_000;
const ERROR_BURST = 5_000_000_000;

/**
 * IPv4 of a host: net/ipv4/ip_input.c, route.c and ip_forward.c. Reverse path filtering is off, as in Linux by default.
 * Options are checked but not acted on; a source route is refused (accept_source_route 0).
 */
export class Ipv4 {
  readonly reassembly: Ipv4Reassembly;
  private readonly redirects: Redirects;
  /** Routes that a packet has been given anew, one inside another. */
  private reroutes = 0;
  private readonly stack: IpStack;
  private readonly world: World;

  constructor(stack: IpStack, world: World) {
    this.stack = stack;
    this.world = world;
    this.reassembly = new Ipv4Reassembly(stack, world);
    this.redirects = new Redirects(stack, world);
  }

  /** ip_rcv: the packet's data begins at its IP header. */
  receive(device: Interface, skb: Skb): void {
    const { events } = this.world.ledger;
    if (!events.isOn) {
      this.input(device, skb);
      return;
    }
    const { name } = this.stack.host;
    events.begin(FUNCTION.ip_rcv, name, skb, device);
    this.input(device, skb);
    events.end(FUNCTION.ip_rcv, name);
  }

  private input(device: Interface, skb: Skb): void {
    const reason = this.headerProblem(skb);
    if (reason !== undefined) {
      this.world.ledger.drop(skb, device.label, reason);
      return;
    }
    // What comes back by the loopback was routed when it was sent.
    if (device === this.stack.host.loopback.device || skb.pktType === PACKET_LOOPBACK) this.acceptLocal(device, skb);
    else this.routeInput(device, skb);
  }

  /** Hands a whole packet to its protocol. */
  deliver(device: Interface, skb: Skb): void {
    const { bytes } = this.world.store;
    skb.networkHeader = skb.data;
    if (!this.stack.acceptsInput(device, skb, 4)) return;
    skb.transportHeader = skb.data + (bytes[skb.data]! & 15) * 4;
    this.stack.deliver(device, skb, 4, bytes[skb.data + 9]!, skb.data + 9);
  }

  /** True where the host is a member of the group at `at` on that interface: everybody of 224.0.0.1, of others where a socket is bound to them. */
  hasJoined(device: Interface, bytes: Uint8Array, at: number): boolean {
    return get32(bytes, at) === ALL_HOSTS || this.stack.udp.hasGroup(4, bytes, at, device.name);
  }

  /** ip_rcv_core; also cuts off what lies behind the packet, such as Ethernet padding. */
  private headerProblem(skb: Skb): DropReason | undefined {
    const { bytes } = this.world.store;
    const at = skb.data;
    if (skb.pktType === PACKET_OTHERHOST) return "OTHERHOST";
    if (skb.length < IPV4_HEADER) return "IP_INHDR";
    const header = (bytes[at]! & 15) * 4;
    if (bytes[at]! >> 4 !== 4 || header < IPV4_HEADER || skb.length < header) return "IP_INHDR";
    if (checksumOf(sum16(bytes, at, header)) !== 0) return "IP_CSUM";
    const total = get16(bytes, at + 2);
    if (total > skb.length) return "PKT_TOO_SMALL";
    if (total < header) return "IP_INHDR";
    if (total < skb.length) trim(skb, total);
    return undefined;
  }

  /** ip_route_input: whose the packet is, and whether it may come from where it says. */
  routeInput(device: Interface, skb: Skb): void {
    const { bytes } = this.world.store;
    const at = skb.data;
    const destination = get32(bytes, at + DESTINATION);
    const source = get32(bytes, at + SOURCE);
    if (destination >>> 28 === 14) {
      const reason = this.groupProblem(device, bytes, at);
      if (reason === undefined) this.checkOptions(device, skb, undefined);
      else this.world.ledger.drop(skb, device.label, reason);
      return;
    }
    if (source >>> 28 === 14 || source === LIMITED_BROADCAST) {
      this.world.ledger.drop(skb, device.label, "IP_INVALID_SOURCE");
      return;
    }
    if (destination === LIMITED_BROADCAST || (source === 0 && destination === 0)) {
      this.acceptFrom(device, skb, source === 0);
      return;
    }
    const reason = addressProblem(source, destination);
    if (reason !== undefined) {
      this.world.ledger.drop(skb, device.label, reason);
      return;
    }
    const route = this.stack.routes.lookup(4, bytes, at + DESTINATION);
    if (route === undefined) this.refuseUnrouted(device, skb);
    else if (route.type !== "unicast") this.acceptFrom(device, skb, false);
    else if (!this.stack.forwarding) this.world.ledger.drop(skb, device.label, "IP_INADDRERRORS");
    else if (this.stack.isLocal(4, bytes, at + SOURCE)) this.world.ledger.drop(skb, device.label, "IP_LOCAL_SOURCE");
    else this.checkOptions(device, skb, route);
  }

  /** ip_check_mc_rcu and ip_mc_validate_source. */
  private groupProblem(device: Interface, bytes: Uint8Array, at: number): DropReason | undefined {
    if (!this.hasJoined(device, bytes, at + DESTINATION)) return "IP_NOT_MEMBER";
    const source = get32(bytes, at + SOURCE);
    if (source >>> 28 === 14 || source === LIMITED_BROADCAST) return "IP_INVALID_SOURCE";
    if (source >>> 24 === 127) return "IP_LOCALNET";
    // Only groups of the link itself may be written to by who has no address yet.
    if (source === 0) return get32(bytes, at + DESTINATION) >>> 8 === 0xe000_00 ? undefined : "IP_INVALID_SOURCE";
    return this.stack.isLocal(4, bytes, at + SOURCE) ? "IP_LOCAL_SOURCE" : undefined;
  }

  /** For this host, unless the source is one of its own (fib_validate_source). */
  private acceptFrom(device: Interface, skb: Skb, hasNoSource: boolean): void {
    if (!hasNoSource && this.stack.isLocal(4, this.world.store.bytes, skb.data + SOURCE))
      this.world.ledger.drop(skb, device.label, "IP_LOCAL_SOURCE");
    else this.checkOptions(device, skb, undefined);
  }

  /** ip_rcv_options; then on to this host or, with a route, to another. */
  private checkOptions(device: Interface, skb: Skb, route: Route | undefined): void {
    const { bytes } = this.world.store;
    const header = (bytes[skb.data]! & 15) * 4;
    if (header > IPV4_HEADER) {
      const problem = optionsProblem(bytes, skb.data, header);
      if (problem !== undefined) {
        if (problem.pointer !== undefined) this.stack.icmp.parameterProblem(skb, 4, 0, problem.pointer);
        this.world.ledger.drop(skb, device.label, problem.pointer === undefined ? "IP_SOURCE_ROUTE" : "IP_INHDR");
        return;
      }
    }
    if (route === undefined) {
      this.acceptLocal(device, skb);
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
    else if (skb.protocol === ETH_P_IP) this.routeInput(device, skb);
    else if (skb.protocol === ETH_P_IPV6) this.stack.v6.routeInput(device, skb);
    else this.world.ledger.drop(skb, device.label, "LWT_BPF");
    this.reroutes--;
  }

  /** ip_local_deliver. */
  private acceptLocal(device: Interface, skb: Skb): void {
    const { events } = this.world.ledger;
    if (!events.isOn) {
      this.collect(device, skb);
      return;
    }
    const { name } = this.stack.host;
    events.begin(FUNCTION.ip_local_deliver, name, skb, device);
    this.collect(device, skb);
    events.end(FUNCTION.ip_local_deliver, name);
  }

  /** Waits for the rest of a fragment's packet, or hands the packet on. */
  private collect(device: Interface, skb: Skb): void {
    const { bytes } = this.world.store;
    if ((get16(bytes, skb.data + 6) & (IP_MF | IP_OFFSET)) !== 0) this.reassembly.receive(device, skb);
    else this.deliver(device, skb);
  }

  /** ip_error: no route leads to where the packet should go. */
  private refuseUnrouted(device: Interface, skb: Skb): void {
    const { stack, world } = this;
    if (!stack.forwarding) {
      world.ledger.drop(skb, device.label, "IP_INADDRERRORS");
      return;
    }
    const { now } = world.simulation;
    const peer = stack.peers.get(4, world.store.bytes, skb.data + SOURCE, now);
    if (spend(peer, ERROR_COST, ERROR_BURST, now)) stack.icmp.netUnreachable(skb, 4);
    world.ledger.drop(skb, device.label, "IP_INNOROUTES");
  }

  private forward(device: Interface, skb: Skb, route: Route): void {
    const { events } = this.world.ledger;
    if (!events.isOn) {
      this.forwardBy(device, skb, route);
      return;
    }
    const { name } = this.stack.host;
    events.begin(FUNCTION.ip_forward, name, skb, device);
    this.forwardBy(device, skb, route);
    events.end(FUNCTION.ip_forward, name);
  }

  /** ip_forward. */
  private forwardBy(device: Interface, skb: Skb, route: Route): void {
    const { stack, world } = this;
    const { bytes } = world.store;
    const at = skb.data;
    // Only frames that were sent to this host's MAC are forwarded.
    if (skb.pktType !== PACKET_HOST) {
      world.ledger.drop(skb, device.label, "FORWARD_NOT_UNICAST");
      return;
    }
    if (bytes[at + 8]! <= 1) {
      stack.icmp.timeExceeded(skb, 4);
      world.ledger.drop(skb, device.label, "IP_INHDR");
      return;
    }
    const { mtu } = route.device;
    if (largestLength(bytes, skb) > mtu && (get16(bytes, at + 6) & IP_DF) !== 0) {
      stack.icmp.fragmentationNeeded(skb, mtu);
      world.ledger.drop(skb, device.label, "PKT_TOO_BIG");
      return;
    }
    decreaseTtl(bytes, at);
    if (route.device === device) this.redirects.consider(skb, route);
    stack.forward(device, skb, 4, route);
  }
}

/** ip_route_input_slow: addresses that may stand in no packet on a wire. */
function addressProblem(source: number, destination: number): DropReason | undefined {
  if (source === 0) return "IP_INVALID_SOURCE";
  if (destination === 0) return "IP_INVALID_DEST";
  if (destination >>> 24 === 127 || source >>> 24 === 127) return "IP_LOCALNET";
  return undefined;
}

/** ip_decrease_ttl: the checksum follows without a look at the rest of the header (RFC 1624). */
function decreaseTtl(bytes: Uint8Array, at: number): void {
  bytes[at + 8]!--;
  const sum = get16(bytes, at + 10) + 0x100;
  set16(bytes, at + 10, (sum + (sum >= 0xffff ? 1 : 0)) & 0xffff);
}
