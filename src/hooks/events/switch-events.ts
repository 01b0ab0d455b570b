import type { Skb } from "../../packet/skb.ts";
import type { EventPoint } from "./event-point.ts";
import { EventRecord } from "./event-record.ts";
import type { EventPoints, KernelEvents } from "./kernel-events.ts";
import type { TracedDevice } from "./kernel-objects.ts";

/** Bytes of a struct nlattr, and of the largest plain value of an action. */
const ATTRIBUTE = 4;
const LARGEST_VALUE = 12;
const DATAPATH_BYTES = 8;
/** Bytes of the fields in front of the texts, rounded up to words. */
const FIXED = { action: 112, upcall: 96 } as const;

/** A packet in a datapath, as its events tell it. */
export interface TracedFlow {
  /** The switch. */
  readonly datapath: string;
  readonly skb: Skb;
  /** By which it came in. */
  readonly device: TracedDevice;
  /** Bytes of memory that the packet counts for. */
  readonly trueSize: number;
  readonly flowHash: number;
  readonly recirculation: number;
  /** In network order, as it stands in the key. */
  readonly etherType: number;
  readonly trackedState: number;
  readonly trackedProtocol: number;
  readonly trackedZone: number;
  readonly isKeyValid: boolean;
}

/** An action as the kernel has it in its list: an attribute of netlink. */
export interface TracedAction {
  /** enum ovs_action_attr. */
  readonly type: number;
  /** Its value, where that is plain. */
  readonly value: Uint8Array;
  readonly isLast: boolean;
}

/** What the fast path of Open vSwitch does (net/openvswitch/openvswitch_trace.h). To be called only where `KernelEvents.isOn`. */
export class SwitchEvents {
  private readonly events: KernelEvents;
  private acted: EventPoint | undefined;
  private sentUp: EventPoint | undefined;
  private rawActed: EventPoint | undefined;
  private rawSentUp: EventPoint | undefined;
  private attribute: EventRecord | undefined;
  private readonly datapaths = new Map<string, EventRecord>();

  constructor(events: KernelEvents) {
    this.events = events;
  }

  find({ tracepoint, raw }: EventPoints): void {
    this.acted = tracepoint("openvswitch:ovs_do_execute_action");
    this.sentUp = tracepoint("openvswitch:ovs_dp_upcall");
    this.rawActed = raw("ovs_do_execute_action");
    this.rawSentUp = raw("ovs_dp_upcall");
  }

  /** Somebody wants to know of actions. */
  get watchesActions(): boolean {
    return this.acted !== undefined || this.rawActed !== undefined;
  }

  /** Somebody wants to know what goes up. */
  get watchesUpcalls(): boolean {
    return this.sentUp !== undefined || this.rawSentUp !== undefined;
  }

  /** An action is about to be executed (do_execute_actions). */
  act(node: string, flow: TracedFlow, { type, value, isLast }: TracedAction): void {
    const { acted, rawActed, events } = this;
    this.attribute ??= new EventRecord(events.objects.memory, ATTRIBUTE + LARGEST_VALUE);
    const { attribute } = this;
    attribute.set16(0, ATTRIBUTE + value.length);
    attribute.set16(2, type);
    attribute.setBytes(ATTRIBUTE, value, 0, value.length);
    if (acted !== undefined) {
      const { record } = acted;
      this.fill(acted, FIXED.action, flow);
      record.set8(84, type);
      record.set32(88, value.length);
      record.set64(96, attribute.address + ATTRIBUTE);
      record.set8(104, isLast ? 1 : 0);
      acted.fire(node);
    }
    if (rawActed === undefined) return;
    this.fillRaw(rawActed, flow);
    rawActed.record.set64(24, attribute.address);
    rawActed.fire(node);
  }

  /** A packet goes up to the slow path (ovs_dp_upcall). @param command OVS_PACKET_CMD_MISS 1 or OVS_PACKET_CMD_ACTION 2. */
  upcall(node: string, flow: TracedFlow, command: 1 | 2): void {
    const { sentUp, rawSentUp } = this;
    if (sentUp !== undefined) {
      const { record } = sentUp;
      this.fill(sentUp, FIXED.upcall, flow);
      record.set8(84, command);
      sentUp.fire(node);
    }
    if (rawSentUp === undefined) return;
    this.fillRaw(rawSentUp, flow);
    rawSentUp.fire(node);
  }

  private fill({ record }: EventPoint, texts: number, flow: TracedFlow): void {
    const { skb, device, datapath } = flow;
    record.set64(8, this.datapath(datapath));
    const length = record.setText(texts, datapath);
    record.set32(16, (length << 16) | texts);
    record.set32(20, (record.setText(texts + length, device.name) << 16) | (texts + length));
    record.set64(24, this.events.objects.skb(skb, device));
    record.set32(32, skb.length);
    record.set32(36, Math.min(skb.dataLength, skb.length));
    record.set32(40, flow.trueSize);
    record.set16(46, skb.segmentSize);
    record.set16(48, skb.segmentType);
    record.set32(52, flow.flowHash);
    record.set32(56, flow.recirculation);
    record.set16(72, flow.etherType);
    record.set8(74, flow.trackedState);
    record.set8(75, flow.trackedProtocol);
    record.set16(76, flow.trackedZone);
    record.set32(80, flow.isKeyValid ? 1 : 0);
  }

  private fillRaw({ record }: EventPoint, { datapath, skb, device }: TracedFlow): void {
    record.set64(0, this.datapath(datapath));
    record.set64(8, this.events.objects.skb(skb, device));
  }

  /** Nothing is known of it but where it is. */
  private datapath(name: string): number {
    let record = this.datapaths.get(name);
    if (record === undefined) {
      record = new EventRecord(this.events.objects.memory, DATAPATH_BYTES);
      this.datapaths.set(name, record);
    }
    return record.address;
  }
}
