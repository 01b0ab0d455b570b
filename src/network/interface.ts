import { FUNCTION } from "../events/functions.ts";
import { GSO } from "../packet/gso-type.ts";
import { completeChecksum } from "../packet/partial-checksum.ts";
import { lengthOnWire } from "../packet/segment-length.ts";
import { PACKET_HOST, type Skb } from "../packet/skb.ts";
import type { AddressModel, InterfaceModel, OffloadModel, TcBlocks } from "../topology/model.ts";
import { ETHERNET_HEADER } from "./ethernet-frame.ts";
import type { Ledger } from "./ledger.ts";
import type { LinkEnd } from "./link.ts";
import type { Arrival } from "./offload/arrival.ts";
import { PLAIN } from "./offload/features.ts";
import type { Merger } from "./offload/merger.ts";
import { segment, verifySegments } from "./offload/segmentation.ts";
import type { PppFilters } from "./ppp/ppp-filters.ts";
import type { DeviceQueue } from "./qdisc/device-queue.ts";
import { XMIT } from "./qdisc/xmit.ts";
import type { QdiscTree } from "./tc/qdisc-tree.ts";
import type { TrafficHook } from "./tc/traffic-control.ts";
import type { XdpHook } from "./xdp-hook.ts";

const ARPHRD_ETHER = 1;
/** Bytes of a VLAN tag, which devices let through beyond their MTU. */
const VLAN_TAG = 4;
const ENOMEM = 12;

/** What a frame means to the node whose interface it arrived at. */
export interface FrameReceiver {
  receiveFrame(device: Interface, skb: Skb): void;
  /** The same of a frame whose type (`pktType`) is known already. Absent: the type means nothing to the node. */
  takeOver?(device: Interface, skb: Skb): void;
  /** Hands a frame to the driver, when its turn has come (dev_hard_start_xmit). */
  putOnWire(device: Interface, skb: Skb): void;
}

/** Carries what an interface sends: a direction of a link, or the loopback. */
export interface Carrier {
  /** When it has put everything on the wire that it was given, in simulated nanoseconds; absent: at once. */
  readonly freeAt?: number;
  /** It is a tunnel, and goes by what programs have said of the packet (Skb.tunnel). */
  readonly readsTunnel?: boolean;
  send(skb: Skb): void;
}

/** Sees each frame that passes an interface, in either direction: a capture. */
export interface FrameTap {
  frame(skb: Skb, direction: "in" | "out"): void;
}

/** A network device: the node's side of a link. */
export class Interface implements LinkEnd {
  /** `node:interface`. */
  readonly label: string;
  readonly node: string;
  readonly name: string;
  /** ifindex within its node; 1 is the loopback device. */
  readonly index: number;
  /** ARPHRD_ value. */
  readonly hatype: number;
  readonly mac: Uint8Array;
  readonly mtu: number;
  /** As configured. */
  readonly addresses: readonly AddressModel[];
  /** The IPv6 address that Linux gives every interface by itself; undefined on bridges, the loopback, and below IPv6's smallest MTU. */
  readonly linkLocal: AddressModel | undefined;
  /** What carries the frames that this interface sends; undefined: no cable. */
  link: Carrier | undefined;
  /** The device at the other end of its cable. */
  peer: Interface | undefined;
  /** Its filters, where it is a PPP device; what passes it has no link-layer header then. */
  ppp: PppFilters | undefined;
  /** The team that it is a port of: what it receives is the team's. */
  team: Interface | undefined;
  /** The program that sees first what comes out of the wire. */
  xdp: XdpHook | undefined;
  /** What is left to it of the packets that go out. */
  offload: OffloadModel;
  /** What it does to what comes in, where it does something; and what puts that together. */
  arrival: Arrival | undefined;
  merger: Merger | undefined;
  /** What brings packets into the form that they have on a wire, where it has one. */
  wire: Carrier | undefined;
  /** Programs and filters on what comes in, and on what goes out; the discipline by which that queues. Absent: none. */
  ingress: TrafficHook | undefined;
  egress: TrafficHook | undefined;
  queue: DeviceQueue | undefined;
  /** What the filters of the sides hang on, as tc calls it. */
  hook: "clsact" | "ingress" | undefined;
  /** The shared blocks that filters of its sides are. */
  blocks: TcBlocks = {};
  /** The same with everything that stands in it. */
  tree: QdiscTree | undefined;
  /** Captures and the trace. */
  readonly taps: FrameTap[] = [];
  sent = 0;
  sentBytes = 0;
  received = 0;
  receivedBytes = 0;
  private readonly owner: FrameReceiver;
  private readonly ledger: Ledger;

  constructor(
    node: string,
    model: Pick<InterfaceModel, "name" | "index" | "mac" | "mtu" | "addresses" | "offload" | "linear">,
    owner: FrameReceiver,
    ledger: Ledger,
    more: { hatype?: number; linkLocal?: AddressModel } = {},
  ) {
    this.label = `${node}:${model.name}`;
    this.node = node;
    this.name = model.name;
    this.index = model.index;
    this.hatype = more.hatype ?? ARPHRD_ETHER;
    this.linkLocal = more.linkLocal;
    this.mac = model.mac;
    this.mtu = model.mtu;
    this.addresses = model.addresses;
    this.offload = model.offload ?? PLAIN;
    this.owner = owner;
    this.ledger = ledger;
  }

  /** A frame comes in out of the wire. */
  receive(skb: Skb): void {
    if (this.ppp !== undefined && !this.ppp.lets(skb, false)) return;
    this.arrive(skb);
    this.arrival?.receive(skb);
    if (this.xdp !== undefined && !this.xdp.pass(skb)) return;
    if (this.merger === undefined) this.hand(skb);
    else this.merger.receive(skb);
  }

  /** The driver hands a frame on to its node (netif_receive_skb). */
  hand(skb: Skb): void {
    this.owner.receiveFrame(this, skb);
  }

  /** A frame comes in as if out of the wire, behind the driver (dev_forward_skb). */
  inject(skb: Skb): void {
    this.arrive(skb);
    this.owner.receiveFrame(this, skb);
  }

  /** A frame comes in at once that the host at the other end has handed over, and is for whoever is here, whatever its MAC (skb_do_redirect, BPF_F_PEER). */
  takeOver(skb: Skb): void {
    this.arrive(skb);
    skb.socket = undefined;
    skb.tunnel = undefined;
    skb.atIngress = 0;
    skb.pktType = PACKET_HOST;
    (this.owner.takeOver ?? this.owner.receiveFrame).call(this.owner, this, skb);
  }

  /** Bytes of its link-layer header (hard_header_len). */
  get headerLength(): number {
    return this.ppp === undefined ? ETHERNET_HEADER : 0;
  }

  private arrive(skb: Skb): void {
    skb.ifindex = this.index;
    skb.ingressIfindex = this.index;
    skb.hatype = this.hatype;
    skb.wireLength = 0;
    this.count(skb, "in");
  }

  /**
   * Sends a frame whose data begins at its MAC header: egress programs, then the queue, if there is one, then the wire (__dev_queue_xmit).
   * @returns what the sender hears: one of NET_XMIT_*, or a negative error number.
   */
  send(skb: Skb): number {
    const { events } = this.ledger;
    if (!events.isOn) return this.enqueue(skb);
    events.begin(FUNCTION.__dev_queue_xmit, this.node, skb, this);
    events.packets.queue(this.node, skb, this);
    const result = this.enqueue(skb);
    events.end(FUNCTION.__dev_queue_xmit, this.node);
    return result;
  }

  private enqueue(skb: Skb): number {
    skb.wireLength = lengthOnWire(this.ledger.store.bytes, skb);
    const { egress, queue } = this;
    if (egress !== undefined && !egress.pass(skb)) return egress.hasDropped ? XMIT.DROP : XMIT.SUCCESS;
    return queue === undefined ? this.dequeued(skb) : queue.send(skb);
  }

  /** The queue lets a frame go; what its sender hears where there is none. */
  dequeued(skb: Skb): number {
    return skb.segmentSize !== 0 ? this.cut(skb) : this.finish(skb);
  }

  /** Cuts a packet of many segments where the device does not take it as it is (netif_needs_gso, validate_xmit_skb). */
  private cut(skb: Skb): number {
    const { offload, ledger } = this;
    const takes =
      this.takesSegments &&
      skb.segments <= offload.maxSegments &&
      skb.length < offload.maxBytes &&
      skb.checksumStart !== 0;
    if (!takes) {
      if (segment(skb, ledger, offload.scatterGather, (one) => this.finish(one))) return XMIT.SUCCESS;
    } else if ((skb.segmentType & GSO.dodgy) === 0 || verifySegments(ledger.store.bytes, skb)) return this.finish(skb);
    ledger.drop(skb, this.label, "SKB_GSO_SEG");
    return -ENOMEM;
  }

  /** A program of XDP at the other end of a veth pair takes them from this one (veth_xdp_set). */
  private get takesSegments(): boolean {
    const { offload, peer } = this;
    return offload.tcpSegments && (offload.device === "nic" || peer?.xdp === undefined);
  }

  /** Does to a frame what the device does not (validate_xmit_skb); the driver then takes it, or drops it. */
  private finish(skb: Skb): number {
    const { offload, ledger, peer } = this;
    // Of veth pairs the other end drops what is too long for it (____dev_forward_skb).
    if (offload.device === "veth" && peer !== undefined && !peer.takes(skb)) {
      ledger.drop(skb, this.label, "PEER_MTU");
      return XMIT.DROP;
    }
    if (!offload.scatterGather) skb.dataLength = 0;
    if (skb.checksumStart !== 0 && !offload.checksums) completeChecksum(ledger.store.bytes, skb);
    this.owner.putOnWire(this, skb);
    return XMIT.SUCCESS;
  }

  /** Is a frame that comes over from the other end of a veth pair short enough, or one to be cut (is_skb_forwardable)? */
  private takes({ length, segmentSize }: Skb): boolean {
    return segmentSize !== 0 || length <= this.mtu + this.headerLength + VLAN_TAG;
  }

  /** The driver puts a frame on the wire. */
  transmit(skb: Skb): void {
    skb.socket = undefined;
    if (this.link?.readsTunnel !== true) skb.tunnel = undefined;
    skb.metaLength = 0;
    if (this.link === undefined) {
      this.ledger.drop(skb, this.label, "DEV_READY");
      return;
    }
    if (this.ppp !== undefined && !this.ppp.lets(skb, true)) return;
    this.count(skb, "out");
    const carrier = this.wire ?? this.link;
    if (this.ledger.events.isOn) this.transmitTraced(skb, carrier);
    else carrier.send(skb);
  }

  /** dev_hard_start_xmit, with what it tells. */
  private transmitTraced(skb: Skb, link: Carrier): void {
    const { events } = this.ledger;
    const { length } = skb;
    events.begin(FUNCTION.dev_hard_start_xmit, this.node, skb, this);
    events.packets.start(this.node, skb, this);
    const at = events.packets.watchesSent ? events.objects.skb(skb, this) : 0;
    link.send(skb);
    events.packets.transmitted(this.node, at, this, length);
    events.end(FUNCTION.dev_hard_start_xmit, this.node);
  }

  /** Counts a frame that passes the device, and shows it to captures: whoever carries frames otherwise than by a link says so. */
  count(skb: Skb, direction: "in" | "out"): void {
    if (direction === "in") {
      this.received++;
      this.receivedBytes += skb.length;
    } else {
      this.sent++;
      this.sentBytes += skb.length;
    }
    for (const tap of this.taps) tap.frame(skb, direction);
  }
}
