import { FUNCTION } from "../../events/functions.ts";
import type { DropReason } from "../../packet/drop-reason.ts";
import type { Skb } from "../../packet/skb.ts";
import { dropNumber } from "./drop-numbers.ts";
import type { EventPoint } from "./event-point.ts";
import type { EventPoints, KernelEvents } from "./kernel-events.ts";
import type { TracedDevice } from "./kernel-objects.ts";

/** NETDEV_TX_OK and NET_XMIT_SUCCESS */
const SENT = 0;
const SKB = 8;
/** CHECKSUM_UNNECESSARY and CHECKSUM_PARTIAL: values of ip_summed. */
const UNNECESSARY = 1;
const PARTIAL = 3;

/** What becomes of packets: net:* and skb:*. To be called only where `KernelEvents.isOn`. */
export class PacketEvents {
  private readonly events: KernelEvents;
  private queued: EventPoint | undefined;
  private starting: EventPoint | undefined;
  private sent: EventPoint | undefined;
  private received: EventPoint | undefined;
  private backlog: EventPoint | undefined;
  private dropped: EventPoint | undefined;
  private consumed: EventPoint | undefined;
  private copied: EventPoint | undefined;
  private rawQueued: EventPoint | undefined;
  private rawStarting: EventPoint | undefined;
  private rawSent: EventPoint | undefined;
  private rawReceived: EventPoint | undefined;
  private rawBacklog: EventPoint | undefined;
  private rawDropped: EventPoint | undefined;
  private rawConsumed: EventPoint | undefined;
  private rawCopied: EventPoint | undefined;

  constructor(events: KernelEvents) {
    this.events = events;
  }

  find({ tracepoint, raw }: EventPoints): void {
    this.queued = tracepoint("net:net_dev_queue");
    this.starting = tracepoint("net:net_dev_start_xmit");
    this.sent = tracepoint("net:net_dev_xmit");
    this.received = tracepoint("net:netif_receive_skb");
    this.backlog = tracepoint("net:netif_rx");
    this.dropped = tracepoint("skb:kfree_skb");
    this.consumed = tracepoint("skb:consume_skb");
    this.copied = tracepoint("skb:skb_copy_datagram_iovec");
    this.rawQueued = raw("net_dev_queue");
    this.rawStarting = raw("net_dev_start_xmit");
    this.rawSent = raw("net_dev_xmit");
    this.rawReceived = raw("netif_receive_skb");
    this.rawBacklog = raw("netif_rx");
    this.rawDropped = raw("kfree_skb");
    this.rawConsumed = raw("consume_skb");
    this.rawCopied = raw("skb_copy_datagram_iovec");
  }

  /** __dev_queue_xmit begins. */
  queue(node: string, skb: Skb, device: TracedDevice): void {
    this.atDevice(this.queued, this.rawQueued, node, skb, device);
  }

  /** __netif_receive_skb_core begins with a packet whose data is behind its link-layer header. */
  receive(node: string, skb: Skb, device: TracedDevice): void {
    this.atDevice(this.received, this.rawReceived, node, skb, device);
  }

  /** A packet of the loopback device comes back (netif_rx). */
  loop(node: string, skb: Skb, device: TracedDevice): void {
    this.atDevice(this.backlog, this.rawBacklog, node, skb, device);
  }

  /** The driver gets a packet (xmit_one). */
  start(node: string, skb: Skb, device: TracedDevice): void {
    const { starting, rawStarting, events } = this;
    if (starting === undefined && rawStarting === undefined) return;
    const at = events.objects.skb(skb, device);
    if (starting !== undefined) {
      const { record } = starting;
      text(starting, 8, FIXED.starting, device.name);
      record.set16(12, skb.queue);
      record.set64(16, at);
      record.set8(24, skb.vlanPresent);
      record.set16(26, skb.vlanTpid);
      record.set16(28, skb.vlanTci);
      record.set16(30, skb.protocol);
      record.set8(32, skb.checksumStart !== 0 ? PARTIAL : skb.checksumLevel > 0 ? UNNECESSARY : 0);
      record.set32(36, skb.length);
      record.set32(40, Math.min(skb.dataLength, skb.length));
      record.set32(44, skb.networkHeader - skb.data);
      const hasTransport = skb.transportHeader > skb.networkHeader;
      record.set8(48, hasTransport ? 1 : 0);
      record.set32(52, hasTransport ? skb.transportHeader - skb.data : 0);
      record.set16(56, 0);
      record.set16(58, skb.segmentSize);
      record.set16(60, skb.segments);
      record.set16(62, skb.segmentType);
      starting.fire(node);
    }
    this.fireRaw(rawStarting, node, at, events.objects.device(device));
  }

  /** Somebody wants to know what the driver has taken. */
  get watchesSent(): boolean {
    return this.sent !== undefined || this.rawSent !== undefined;
  }

  /** The driver has taken a packet that was at an address and had so many bytes. */
  transmitted(node: string, at: number, device: TracedDevice, length: number): void {
    const { sent, rawSent, events } = this;
    if (sent !== undefined) {
      sent.record.set64(SKB, at);
      sent.record.set32(16, length);
      sent.record.set32(20, SENT);
      text(sent, 24, FIXED.sent, device.name);
      sent.fire(node);
    }
    if (rawSent !== undefined) {
      rawSent.record.set64(24, length);
      this.fireRaw(rawSent, node, at, SENT, events.objects.device(device));
    }
  }

  /** kfree_skb_reason, which is sk_skb_reason_drop in later kernels. */
  drop(node: string, skb: Skb, reason: DropReason): void {
    const { dropped, rawDropped, events } = this;
    const { frames, objects } = events;
    const number = dropNumber(reason);
    const { low, high } = frames.location;
    frames.drop();
    const isWatched =
      dropped !== undefined ||
      rawDropped !== undefined ||
      frames.isProbed(FUNCTION.sk_skb_reason_drop) ||
      frames.isProbed(FUNCTION.kfree_skb_reason);
    if (!isWatched) return;
    const at = objects.skb(skb);
    frames.enter(FUNCTION.sk_skb_reason_drop, node, 0, at, number);
    frames.enter(FUNCTION.kfree_skb_reason, node, at, number);
    if (dropped !== undefined) {
      const { record } = dropped;
      record.set64(SKB, at);
      record.setHalves(16, low, high);
      record.set64(24, 0);
      record.set16(32, skb.protocol);
      record.set32(36, number);
      dropped.fire(node);
    }
    if (rawDropped !== undefined) {
      rawDropped.record.setHalves(8, low, high);
      rawDropped.record.set64(0, at);
      rawDropped.record.set64(16, number);
      rawDropped.record.set64(24, 0);
      rawDropped.fire(node);
    }
    frames.leave(FUNCTION.kfree_skb_reason, node);
    frames.leave(FUNCTION.sk_skb_reason_drop, node);
  }

  /** consume_skb: a packet has reached whom it was for. */
  consume(node: string, skb: Skb): void {
    const { consumed, rawConsumed, events } = this;
    const { low, high } = events.frames.location;
    if (consumed === undefined && rawConsumed === undefined && !events.frames.isProbed(FUNCTION.consume_skb)) return;
    const at = events.objects.skb(skb);
    events.frames.enter(FUNCTION.consume_skb, node, at);
    if (consumed !== undefined) {
      consumed.record.set64(SKB, at);
      consumed.record.setHalves(16, low, high);
      consumed.fire(node);
    }
    if (rawConsumed !== undefined) {
      rawConsumed.record.set64(0, at);
      rawConsumed.record.setHalves(8, low, high);
      rawConsumed.fire(node);
    }
    events.frames.leave(FUNCTION.consume_skb, node);
  }

  /** A socket's reader gets `length` bytes of a packet (skb_copy_datagram_iter). */
  copy(node: string, skb: Skb, length: number): void {
    const { copied, rawCopied, events } = this;
    if (copied === undefined && rawCopied === undefined) return;
    const at = events.objects.skb(skb);
    if (copied !== undefined) {
      copied.record.set64(SKB, at);
      copied.record.set32(16, length);
      copied.fire(node);
    }
    this.fireRaw(rawCopied, node, at, length);
  }

  private atDevice(
    point: EventPoint | undefined,
    raw: EventPoint | undefined,
    node: string,
    skb: Skb,
    device: TracedDevice,
  ): void {
    if (point === undefined && raw === undefined) return;
    const at = this.events.objects.skb(skb, device);
    if (point !== undefined) {
      point.record.set64(SKB, at);
      point.record.set32(16, skb.length);
      text(point, 20, FIXED.atDevice, device.name);
      point.fire(node);
    }
    this.fireRaw(raw, node, at);
  }

  private fireRaw(raw: EventPoint | undefined, node: string, a: number, b = 0, c = 0): void {
    if (raw === undefined) return;
    raw.record.set64(0, a);
    raw.record.set64(8, b);
    raw.record.set64(16, c);
    raw.fire(node);
  }
}

/** Bytes of the fields in front of the texts, rounded up to words. */
const FIXED = { atDevice: 24, sent: 32, starting: 64 } as const;

/** A field `__data_loc char[]`: the text's length in the upper half, where it is in the lower (include/trace/stages). */
function text({ record }: EventPoint, field: number, at: number, value: string): void {
  const length = record.setText(at, value);
  record.set32(field, (length << 16) | at);
}
