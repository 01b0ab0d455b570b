import { FUNCTION } from "../events/functions.ts";
import type { ProgramHost } from "../hooks/hook.ts";
import type { NextHop } from "../hooks/program-network.ts";
import { PACKET_HOST, PACKET_OTHERHOST, PACKET_OUTGOING, type Skb } from "../packet/skb.ts";
import { get16, set16 } from "../packet/wire.ts";
import type { HostModel } from "../topology/model.ts";
import { ControlGroups } from "./cgroup/control-group.ts";
import {
  ETH_P_ARP,
  ETH_P_IP,
  ETH_P_IPV6,
  ETHERNET_HEADER,
  isVlan,
  LINKTYPE_ETHERNET,
  packetType,
  protocolOf,
  rawProtocol,
  readOutgoing,
  SHORTEST_TAGGED,
  tag,
  untag,
  VLAN_ID,
} from "./ethernet-frame.ts";
import { HostNetwork } from "./host-network.ts";
import { type FrameReceiver, Interface } from "./interface.ts";
import { ArpHandler } from "./ip/arp.ts";
import { IpStack } from "./ip/ip-stack.ts";
import { linkLocalOf } from "./ip/ipv6-address.ts";
import { sendToNeighbour } from "./ip/neighbour-output.ts";
import { Loopback } from "./loopback.ts";
import { LINKTYPE_RAW } from "./ppp/ppp-filters.ts";
import { ETH_P_ALL, type PacketSocket } from "./socket/packet-socket.ts";
import type { World } from "./world.ts";

/** Below this an interface has no IPv6 (IPV6_MIN_MTU, addrconf_notify). */
const SMALLEST_IPV6_MTU = 1280;

/** Devices that a packet may be sent through within one transmission (XMIT_RECURSION_LIMIT). */
const MAX_REDIRECTS = 8;
const ENETDOWN = 100;

/** Packets that a host holds, by what they wait for. */
export interface HostQueues {
  /** For the MAC of their next hop. */
  readonly neighbours: number;
  /** For the other fragments of their datagram. */
  readonly reassembly: number;
  /** For the loopback device, and copies of the host's own broadcasts and multicasts, to be received. */
  readonly loopback: number;
  /** TCP segments, for what comes before them. */
  readonly outOfOrder: number;
}

/** A host's receive and send paths around its protocols, in the order of net/core/dev.c. */
export class Host implements FrameReceiver, ProgramHost {
  readonly name: string;
  /** Without the loopback device. */
  readonly interfaces = new Map<string, Interface>();
  readonly loopback: Loopback;
  readonly packetSockets: PacketSocket[] = [];
  readonly ip: IpStack;
  readonly cgroups = new ControlGroups();
  readonly network: HostNetwork;
  private cookies = 0;
  /** Redirections that are under way, one inside another. */
  private redirects = 0;
  private readonly devices: (Interface | undefined)[] = [];
  private readonly arp: ArpHandler;
  private readonly world: World;

  constructor(model: HostModel, world: World) {
    this.name = model.name;
    this.world = world;
    this.loopback = new Loopback(model.name, this, world);
    for (const device of model.interfaces.values()) {
      const address = { family: 6, address: linkLocalOf(device.mac), prefix: 64 } as const;
      const more = device.mtu >= SMALLEST_IPV6_MTU ? { linkLocal: address } : {};
      this.interfaces.set(device.name, new Interface(model.name, device, this, world.ledger, more));
    }
    for (const device of [this.loopback.device, ...this.interfaces.values()]) this.devices[device.index] = device;
    this.ip = new IpStack(this, model, world);
    this.network = new HostNetwork(this, world);
    this.arp = new ArpHandler(this.ip, world, (device, skb) => this.transmit(device, skb));
    this.ip.arp = this.arp;
  }

  /** The device with that ifindex, the loopback among them. */
  byIndex(index: number): Interface | undefined {
    return this.devices[index];
  }

  /** Packets that the host holds now. */
  get queues(): HostQueues {
    const { ip, loopback } = this;
    return {
      neighbours: ip.neighbours.queued,
      reassembly: ip.reassembling,
      loopback: loopback.queued + ip.looping,
      outOfOrder: ip.tcp.queued,
    };
  }

  /** __netif_receive_skb_one_core. */
  receiveFrame(device: Interface, skb: Skb): void {
    if (skb.linkType === LINKTYPE_ETHERNET && skb.length >= ETHERNET_HEADER)
      skb.pktType = packetType(this.world.store.bytes, skb.data, device.mac);
    this.takeOver(device, skb);
  }

  takeOver(device: Interface, skb: Skb): void {
    if (this.world.ledger.events.isOn) this.receiveTraced(device, skb);
    else if (this.passCore(device, skb)) this.dispatch(device, skb);
  }

  private receiveTraced(device: Interface, skb: Skb): void {
    const { events } = this.world.ledger;
    const { name } = this;
    this.tellArrival(device, skb);
    const goesOn = this.passCore(device, skb);
    events.end(FUNCTION.__netif_receive_skb_core, name);
    if (goesOn) this.dispatch(device, skb);
    events.end(FUNCTION.__netif_receive_skb_one_core, name);
  }

  /** Tells of a packet as it is when the driver has looked at its link-layer header (eth_type_trans). */
  private tellArrival(device: Interface, skb: Skb): void {
    const { ledger, store } = this.world;
    const { events } = ledger;
    const { frames, objects } = events;
    const header = skb.linkType === LINKTYPE_ETHERNET && skb.length >= ETHERNET_HEADER ? ETHERNET_HEADER : 0;
    if (header > 0) skb.protocol = protocolOf(store.bytes, skb);
    skb.macHeader = skb.data;
    skb.data += header;
    skb.length -= header;
    skb.networkHeader = skb.data;
    events.begin(FUNCTION.__netif_receive_skb_one_core, this.name, skb, device);
    const core = FUNCTION.__netif_receive_skb_core;
    frames.enter(core, this.name, frames.isProbed(core) ? objects.pointerTo(objects.skb(skb, device)) : 0);
    events.packets.receive(this.name, skb, device);
    skb.data -= header;
    skb.length += header;
  }

  /**
   * __netif_receive_skb_core: taps for everything, VLAN, taps for one protocol. True: the packet goes on to its protocol, its data
   * behind the link-layer header.
   */
  private passCore(device: Interface, skb: Skb): boolean {
    if (skb.linkType !== LINKTYPE_ETHERNET) {
      return this.passForeign(device, skb);
    }
    if (skb.length < ETHERNET_HEADER) {
      this.world.ledger.drop(skb, device.label, "PKT_TOO_SMALL");
      return false;
    }
    if (!this.readType(device, skb)) return false;
    let taken = this.packetSockets.length > 0 && this.tap(skb, device, true);
    if (device.ingress !== undefined && !device.ingress.pass(skb)) return false;
    if (device.team !== undefined) {
      device.team.inject(skb);
      return false;
    }
    if (skb.vlanPresent === 1 && !this.passVlan(device, skb)) return false;
    if (this.packetSockets.length > 0 && this.tap(skb, device, false)) taken = true;
    skb.data += ETHERNET_HEADER;
    skb.length -= ETHERNET_HEADER;
    return this.isHandled(device, skb, taken);
  }

  /** Sets the protocol, taking a VLAN tag out of the frame (skb_vlan_untag, eth_type_trans); false, and the frame ended, where the tag is cut off. */
  private readType(device: Interface, skb: Skb): boolean {
    const { bytes } = this.world.store;
    if (isVlan(get16(bytes, skb.data + 12))) {
      if (skb.length < SHORTEST_TAGGED) {
        this.world.ledger.drop(skb, device.label, "VLAN_TRUNCATED");
        return false;
      }
      untag(bytes, skb);
    }
    skb.macHeader = skb.data;
    skb.networkHeader = skb.data + ETHERNET_HEADER;
    skb.protocol = protocolOf(bytes, skb);
    return true;
  }

  /**
   * Nobody has a device for a tag: the frame goes on without it, as somebody else's unless the tag carries a priority
   * alone. Behind such a tag there may be another.
   */
  private passVlan(device: Interface, skb: Skb): boolean {
    const isPriority = (skb.vlanTci & VLAN_ID) === 0;
    skb.vlanPresent = 0;
    skb.vlanTci = 0;
    skb.vlanTpid = 0;
    if (!isPriority) skb.pktType = PACKET_OTHERHOST;
    else if (isVlan(skb.protocol)) {
      if (!this.readType(device, skb)) return false;
      return this.passVlan(device, skb);
    }
    return true;
  }

  /** Puts a frame whose data begins at its MAC header on the wire: see Interface.send. */
  transmit(device: Interface, skb: Skb): number {
    skb.ifindex = device.index;
    skb.hatype = device.hatype;
    skb.macHeader = skb.data;
    if (device.egress !== undefined || device.queue !== undefined) readOutgoing(this.world.store.bytes, skb);
    return device.send(skb);
  }

  /** Taps, then the driver. */
  putOnWire(device: Interface, skb: Skb): void {
    if (this.packetSockets.length > 0) {
      skb.pktType = PACKET_OUTGOING;
      readOutgoing(this.world.store.bytes, skb);
      this.tap(skb, device, true);
    }
    if (skb.vlanPresent === 1) tag(this.world.pool, skb);
    device.transmit(skb);
  }

  /** A number for a socket that no other socket of the host has (sock_gen_cookie). */
  takeCookie(): number {
    return ++this.cookies;
  }

  hasDevice(ifindex: number): boolean {
    return this.byIndex(ifindex) !== undefined;
  }

  copy(skb: Skb): Skb {
    return this.world.ledger.copy(skb);
  }

  /** Sends a packet whose data begins at its MAC header by a device, or has it come in there (__bpf_redirect). */
  redirect(skb: Skb, ifindex: number, ingress: boolean): number {
    const device = this.byIndex(ifindex);
    if (device === undefined || this.redirects >= MAX_REDIRECTS) {
      this.world.ledger.drop(skb, this.name, device === undefined ? "DEV_READY" : "REDIRECT_LOOP");
      return -ENETDOWN;
    }
    let result = 0;
    this.redirects++;
    if (ingress) device.inject(skb);
    else result = this.transmit(device, skb);
    this.redirects--;
    return result;
  }

  sendToNeighbour(skb: Skb, ifindex: number, nextHop?: NextHop): void {
    const device = this.byIndex(ifindex);
    if (device === undefined || this.redirects >= MAX_REDIRECTS) {
      this.world.ledger.drop(skb, this.name, device === undefined ? "DEV_READY" : "REDIRECT_LOOP");
      return;
    }
    this.redirects++;
    sendToNeighbour(this.ip, device, skb, nextHop, this.world);
    this.redirects--;
  }

  passToPeer(skb: Skb, ifindex: number): boolean {
    const peer = this.byIndex(ifindex)?.peer;
    if (peer === undefined || this.redirects >= MAX_REDIRECTS) return false;
    this.redirects++;
    peer.takeOver(skb);
    this.redirects--;
    return true;
  }

  /** Puts an Ethernet header before the data and sends the frame. `destination` is 6 bytes. */
  transmitTo(device: Interface, skb: Skb, type: number, destination: Uint8Array): void {
    if (device.ppp !== undefined) {
      skb.linkType = LINKTYPE_RAW;
      this.transmit(device, skb);
      return;
    }
    skb.data -= ETHERNET_HEADER;
    skb.length += ETHERNET_HEADER;
    const { bytes } = this.world.store;
    const at = skb.data;
    for (let i = 0; i < 6; i++) {
      bytes[at + i] = destination[i]!;
      bytes[at + 6 + i] = device.mac[i]!;
    }
    set16(bytes, at + 12, type);
    skb.originalLength = skb.length;
    this.transmit(device, skb);
  }

  private dispatch(device: Interface, skb: Skb): void {
    // A route takes the place of the tunnel that it came in by (skb_dst_set).
    skb.tunnel = undefined;
    switch (skb.protocol) {
      case ETH_P_IP:
        this.ip.v4.receive(device, skb);
        return;
      case ETH_P_IPV6:
        this.ip.v6.receive(device, skb);
        return;
      case ETH_P_ARP:
        this.arp.receive(device, skb);
    }
  }

  /** False for a packet of a protocol that nobody has, which ends here. */
  private isHandled(device: Interface, skb: Skb, taken: boolean): boolean {
    const { protocol } = skb;
    if (protocol === ETH_P_IP || protocol === ETH_P_IPV6 || protocol === ETH_P_ARP) return true;
    this.unhandled(device, skb, taken);
    return false;
  }

  /** A captured frame of another link type: sockets see it as it is, protocols only where IP comes first. */
  private passForeign(device: Interface, skb: Skb): boolean {
    const { bytes } = this.world.store;
    skb.macHeader = skb.data;
    skb.networkHeader = skb.data;
    skb.pktType = PACKET_HOST;
    skb.protocol = rawProtocol(bytes, skb);
    let taken = this.tap(skb, device, true);
    if (this.tap(skb, device, false)) taken = true;
    return this.isHandled(device, skb, taken);
  }

  /** A packet that only taps wanted ends with them. */
  private unhandled(device: Interface, skb: Skb, taken: boolean): void {
    if (taken) this.world.ledger.deliver(skb, device.label, "packet sockets");
    else this.world.ledger.drop(skb, device.label, "UNHANDLED_PROTO");
  }

  /** Shows the packet to the packet sockets for all protocols, or to those for one; true when some took it. */
  private tap(skb: Skb, device: Interface, all: boolean): boolean {
    let taken = false;
    for (const socket of this.packetSockets) {
      if ((socket.model.protocol === ETH_P_ALL) !== all || !socket.wants(skb, device.name)) continue;
      taken = true;
      socket.receive(skb);
    }
    return taken;
  }
}
