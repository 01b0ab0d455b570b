import { FUNCTION } from "../../events/functions.ts";
import { ADDRESSES } from "../../packet/checksum.ts";
import { completeChecksum } from "../../packet/partial-checksum.ts";
import { largestLength } from "../../packet/segment-length.ts";
import { PACKET_LOOPBACK, type Skb } from "../../packet/skb.ts";
import { get16, get32 } from "../../packet/wire.ts";
import type { EventHandler } from "../../simulation/event-queue.ts";
import { type ControlGroup, NET_XMIT, NOT_PERMITTED } from "../cgroup/control-group.ts";
import type { Interface } from "../interface.ts";
import { MAX_REROUTES } from "../lwt/route-programs.ts";
import { segment } from "../offload/segmentation.ts";
import type { Route } from "../route-table.ts";
import type { World } from "../world.ts";
import { fragmentIpv4, fragmentIpv6 } from "./fragmentation.ts";
import { IP_DF } from "./header.ts";
import type { IpStack } from "./ip-stack.ts";

const NO_MAC = new Uint8Array(6);
/** ENETUNREACH, negative. */
const UNREACHABLE = -101;
const FAMILIES: Readonly<Record<number, 4 | 6>> = { 2048: 4, 34525: 6 };

/** How packets leave a host: route, fragments, next hop (net/ipv4/ip_output.c, net/ipv6/ip6_output.c). */
export class IpOutput implements EventHandler {
  /** Copies of the host's own broadcasts and multicasts that are on their way back to it. */
  queued = 0;
  private readonly stack: IpStack;
  private readonly world: World;
  private readonly groupMac = new Uint8Array(6);
  private fragmentId = 0;
  /** Routes that a packet has been given anew, one inside another. */
  private reroutes = 0;

  constructor(stack: IpStack, world: World) {
    this.stack = stack;
    this.world = world;
  }

  /**
   * Sends a packet of this host, whose data begins at its IP header.
   * @param route given where it was already looked up.
   * @returns what the sender hears: one of NET_XMIT, or a negative error number.
   */
  output(skb: Skb, family: 4 | 6, route?: Route): number {
    const { events } = this.world.ledger;
    if (!events.isOn) return this.sendOwn(skb, family, route);
    const { name } = this.stack.host;
    const { frames, objects } = events;
    const fn = family === 4 ? FUNCTION.ip_local_out : FUNCTION.ip6_local_out;
    if (!frames.isProbed(fn)) frames.enter(fn, name);
    else frames.enter(fn, name, objects.namespace(name), objects.socket(skb.socket, name), objects.skb(skb));
    const code = this.sendOwn(skb, family, route);
    events.end(fn, name);
    return code;
  }

  private sendOwn(skb: Skb, family: 4 | 6, route?: Route): number {
    const { bytes } = this.world.store;
    const at = skb.data + ADDRESSES[family].destination;
    const chosen = route ?? this.stack.route(family, bytes, at);
    if (chosen === undefined) {
      this.world.ledger.drop(skb, this.stack.host.name, "IP_OUTNOROUTES");
      return UNREACHABLE;
    }
    const chain = this.stack.chains[family].OUTPUT;
    if (chain !== undefined && !chain.accepts(skb, "", chosen.device.name)) {
      this.world.ledger.drop(skb, this.stack.host.name, "NETFILTER_DROP");
      return NOT_PERMITTED;
    }
    return this.leave(skb, family, chosen);
  }

  /** What is left once a packet has its route (dst_output): programs on the route, those of the sender's control group, the next hop. */
  private leave(skb: Skb, family: 4 | 6, route: Route): number {
    const { device } = route;
    if (route.programs?.run("out", skb) === "gone") return NOT_PERMITTED;
    const { bytes } = this.world.store;
    const at = skb.data + ADDRESSES[family].destination;
    if (route.type !== "local" && this.hearsItself(family, route, bytes, at)) this.loop(skb, family, device);
    const code = this.askGroup(skb);
    if (code !== NET_XMIT.SUCCESS && code !== NET_XMIT.CN) return code;
    if (route.type === "local") {
      this.stack.emit(device, skb, family, NO_MAC);
      return code;
    }
    const { now } = this.world.simulation;
    const mtu = Math.min(device.mtu, this.stack.exceptions.mtu(family, bytes, at, now));
    this.send(skb, family, route, this.stack.exceptions.nextHop(family, bytes, at, now) ?? route.via, mtu);
    return code;
  }

  /** Lets the programs of the sender's control group see the packet, and ends it where they do not let it out (ip_finish_output). */
  private askGroup(skb: Skb): number {
    const group = skb.socket?.cgroup as ControlGroup | undefined;
    if (group === undefined) return NET_XMIT.SUCCESS;
    const code = group.sends(skb);
    if (code !== NET_XMIT.SUCCESS && code !== NET_XMIT.CN)
      this.world.ledger.drop(skb, this.stack.host.name, "BPF_CGROUP_EGRESS");
    return code;
  }

  /** A program on its route has changed where the packet is to go (bpf_lwt_xmit_reroute). */
  private reroute(skb: Skb): void {
    const { stack, world } = this;
    const family = FAMILIES[skb.protocol];
    const { bytes } = world.store;
    skb.networkHeader = skb.data;
    const route = family && stack.route(family, bytes, skb.data + ADDRESSES[family].destination);
    if (route === undefined || this.reroutes >= MAX_REROUTES) {
      world.ledger.drop(skb, stack.host.name, route === undefined ? "IP_OUTNOROUTES" : "REDIRECT_LOOP");
      return;
    }
    this.reroutes++;
    this.leave(skb, family!, route);
    this.reroutes--;
  }

  /** Sends a packet that this host forwards; what it learnt about the path is for its own packets only. */
  forward(skb: Skb, family: 4 | 6, route: Route): void {
    if (route.programs?.run("out", skb) === "gone") return;
    this.send(skb, family, route, route.via, route.device.mtu);
  }

  private send(skb: Skb, family: 4 | 6, route: Route, via: Uint8Array | undefined, mtu: number): void {
    if (skb.length > mtu && largestLength(this.world.store.bytes, skb) > mtu) {
      this.fragment(skb, family, route, via, mtu);
      return;
    }
    const answer = route.programs?.run("xmit", skb);
    if (answer === "gone") return;
    if (answer === "reroute") {
      this.reroute(skb);
      return;
    }
    const { device } = route;
    const { bytes } = this.world.store;
    const at = skb.data + ADDRESSES[family].destination;
    // Behind a PPP device there is one host, and no link-layer address to be found.
    if (device.ppp !== undefined) this.stack.emit(device, skb, family, NO_MAC);
    else if (this.isGroup(family, route, bytes, at)) this.stack.emit(device, skb, family, this.groupMac);
    else if (via !== undefined) this.stack.neighbours.send(device, skb, family, via, 0);
    else this.stack.neighbours.send(device, skb, family, bytes, at);
  }

  /** Cuts a packet that is too large, or refuses it where it must stay whole. */
  private fragment(skb: Skb, family: 4 | 6, route: Route, via: Uint8Array | undefined, mtu: number): void {
    const { world } = this;
    if (skb.segmentSize !== 0) {
      this.cut(skb, family, route, via, mtu);
      return;
    }
    if (skb.checksumStart !== 0) completeChecksum(world.store.bytes, skb);
    const { label } = route.device;
    const emit = (piece: Skb) => this.send(piece, family, route, via, mtu);
    let done = false;
    if (family === 6) {
      this.fragmentId = (this.fragmentId + 1) >>> 0;
      done = fragmentIpv6(skb, mtu, this.fragmentId, world, label, emit);
    } else if ((get16(world.store.bytes, skb.data + 6) & IP_DF) === 0)
      done = fragmentIpv4(skb, mtu, world, label, emit);
    else this.stack.icmp.fragmentationNeeded(skb, mtu);
    if (!done) world.ledger.drop(skb, label, "PKT_TOO_BIG");
  }

  /** Cuts a packet of many segments of which each is too large (ip_finish_output_gso). */
  private cut(skb: Skb, family: 4 | 6, route: Route, via: Uint8Array | undefined, mtu: number): void {
    const { ledger } = this.world;
    if (!segment(skb, ledger, false, (one) => this.send(one, family, route, via, mtu)))
      ledger.drop(skb, route.device.label, "SKB_GSO_SEG");
  }

  /** True for a broadcast or group address; `groupMac` is then its Ethernet address (RFC 1112 section 6.4, RFC 2464 section 7). */
  private isGroup(family: 4 | 6, route: Route, bytes: Uint8Array, at: number): boolean {
    const mac = this.groupMac;
    if (family === 6) {
      if (bytes[at] !== 0xff) return false;
      mac[0] = 0x33;
      mac[1] = 0x33;
      for (let i = 2; i < 6; i++) mac[i] = bytes[at + 10 + i]!;
      return true;
    }
    if (route.type === "broadcast" || get32(bytes, at) === 0xffff_ffff) {
      mac.fill(0xff);
      return true;
    }
    if ((bytes[at]! & 0xf0) !== 0xe0) return false;
    mac[0] = 0x01;
    mac[1] = 0x00;
    mac[2] = 0x5e;
    mac[3] = bytes[at + 1]! & 0x7f;
    mac[4] = bytes[at + 2]!;
    mac[5] = bytes[at + 3]!;
    return true;
  }

  /** True where a copy of what the host sends goes to its own sockets: broadcasts, and groups that it has joined (ip_mc_output, ip6_finish_output2). */
  private hearsItself(family: 4 | 6, route: Route, bytes: Uint8Array, at: number): boolean {
    if (family === 6) return bytes[at] === 0xff && this.stack.v6.hasJoined(route.device, bytes, at);
    if (route.type === "broadcast") return true;
    if (bytes[at]! < 224) return false;
    return get32(bytes, at) === 0xffff_ffff || this.stack.v4.hasJoined(route.device, bytes, at);
  }

  /** dev_loopback_xmit. */
  private loop(skb: Skb, family: 4 | 6, device: Interface): void {
    const copy = this.world.ledger.copy(skb);
    const code = this.askGroup(copy);
    if (code !== NET_XMIT.SUCCESS && code !== NET_XMIT.CN) return;
    copy.socket = undefined;
    copy.pktType = PACKET_LOOPBACK;
    copy.ifindex = device.index;
    copy.hatype = device.hatype;
    copy.networkHeader = copy.data;
    copy.macHeader = copy.data;
    this.queued++;
    this.world.simulation.after(0, this, family, copy);
  }

  /** Such a copy comes back; run by the simulation. */
  run(family: number, operand: unknown): void {
    const skb = operand as Skb;
    this.queued--;
    const device = this.stack.host.byIndex(skb.ifindex)!;
    if (family === 4) this.stack.v4.receive(device, skb);
    else this.stack.v6.receive(device, skb);
  }
}
