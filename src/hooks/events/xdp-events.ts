import type { BpfMap } from "../../bpf/maps/map.ts";
import { REDIRECT_ERROR } from "../xdp/action.ts";
import type { EventPoint } from "./event-point.ts";
import type { EventPoints, KernelEvents } from "./kernel-events.ts";
import type { TracedDevice } from "./kernel-objects.ts";

const TX = 3;
const REDIRECT = 4;
/** What stands for a map where a program has named a device itself (INT_MAX). */
const NO_MAP = 0x7fff_ffff;

/** Where a frame was to go. */
export interface XdpTarget {
  /** The map that has named it; undefined: a helper has, or nothing. */
  readonly map: BpfMap | undefined;
  /** The map's key, or the device's index. */
  readonly index: number;
  /** The device; undefined: another target, several, or none. */
  readonly device: TracedDevice | undefined;
}

/** What XDP programs and drivers do with frames: xdp:*. To be called only where `KernelEvents.isOn`. Each frame is flushed for itself. */
export class XdpEvents {
  private readonly events: KernelEvents;
  private failed: EventPoint | undefined;
  private redirected: EventPoint | undefined;
  private lost: EventPoint | undefined;
  private sent: EventPoint | undefined;
  private returned: EventPoint | undefined;
  private rawFailed: EventPoint | undefined;
  private rawRedirected: EventPoint | undefined;
  private rawLost: EventPoint | undefined;
  private rawSent: EventPoint | undefined;
  private rawReturned: EventPoint | undefined;
  /** Numbers of maps in the order in which frames go by them. */
  private readonly maps = new Map<BpfMap, number>();

  constructor(events: KernelEvents) {
    this.events = events;
  }

  find({ tracepoint, raw }: EventPoints): void {
    this.failed = tracepoint("xdp:xdp_exception");
    this.redirected = tracepoint("xdp:xdp_redirect");
    this.lost = tracepoint("xdp:xdp_redirect_err");
    this.sent = tracepoint("xdp:xdp_devmap_xmit");
    this.returned = tracepoint("xdp:xdp_bulk_tx");
    this.rawFailed = raw("xdp_exception");
    this.rawRedirected = raw("xdp_redirect");
    this.rawLost = raw("xdp_redirect_err");
    this.rawSent = raw("xdp_devmap_xmit");
    this.rawReturned = raw("xdp_bulk_tx");
  }

  /** A program has returned XDP_ABORTED, or what means nothing. */
  exception(device: TracedDevice, program: string, action: number): void {
    const { failed, rawFailed, events } = this;
    if (failed !== undefined) {
      const { record } = failed;
      record.set32(8, events.objects.programNumber(program));
      record.set32(12, action);
      record.set32(16, device.index);
      failed.fire(device.node);
    }
    if (rawFailed !== undefined) {
      const { record } = rawFailed;
      record.set64(0, events.objects.device(device));
      record.set64(8, events.objects.program(program));
      record.set64(16, action);
      rawFailed.fire(device.node);
    }
  }

  /** A frame goes elsewhere (xdp_do_redirect). @param error 0, or why it does not. */
  redirect(from: TracedDevice, program: string, { map, index, device }: XdpTarget, error: number): void {
    const point = error === 0 ? this.redirected : this.lost;
    const raw = error === 0 ? this.rawRedirected : this.rawLost;
    if (point === undefined && raw === undefined) return;
    const { objects } = this.events;
    // Whoever says nowhere has not named a device either (EBADRQC).
    const isNamed = map === undefined && error !== REDIRECT_ERROR.noTarget;
    const mapNumber = map === undefined ? (isNamed ? NO_MAP : 0) : this.numberOf(map);
    if (point !== undefined) {
      const { record } = point;
      record.set32(8, objects.programNumber(program));
      record.set32(12, REDIRECT);
      record.set32(16, from.index);
      record.set32(20, error);
      record.set32(24, isNamed ? index : (device?.index ?? 0));
      record.set32(28, mapNumber);
      record.set32(32, isNamed ? 0 : index);
      point.fire(from.node);
    }
    if (raw !== undefined) {
      const { record } = raw;
      record.set64(0, objects.device(from));
      record.set64(8, objects.program(program));
      record.set64(16, map === undefined || device === undefined ? 0 : objects.pointerTo(objects.device(device)));
      record.set64(24, error);
      record.set64(32, map?.definition.type ?? 0);
      record.set64(40, mapNumber);
      record.set64(48, index);
      raw.fire(from.node);
    }
  }

  /** A frame that came in by one device is flushed to another, whose driver takes it unless a program is against it (bq_xmit_all). */
  transmitted(from: TracedDevice, to: TracedDevice, isSent: boolean): void {
    const { sent, rawSent } = this;
    if (sent !== undefined) {
      const { record } = sent;
      record.set32(8, from.index);
      record.set32(12, REDIRECT);
      record.set32(16, to.index);
      record.set32(20, isSent ? 0 : 1);
      record.set32(24, isSent ? 1 : 0);
      record.set32(28, 0);
      sent.fire(from.node);
    }
    if (rawSent !== undefined) {
      const { record } = rawSent;
      record.set64(0, this.events.objects.device(from));
      record.set64(8, this.events.objects.device(to));
      record.set64(16, isSent ? 1 : 0);
      record.set64(24, isSent ? 0 : 1);
      rawSent.fire(from.node);
    }
  }

  /** A frame leaves by the device that it came in by (XDP_TX; veth_xdp_flush_bq). */
  sentBack(device: TracedDevice): void {
    const { returned, rawReturned } = this;
    if (returned !== undefined) {
      const { record } = returned;
      record.set32(8, device.index);
      record.set32(12, TX);
      record.set32(16, 0);
      record.set32(20, 1);
      record.set32(24, 0);
      returned.fire(device.node);
    }
    if (rawReturned !== undefined) {
      rawReturned.record.set64(0, this.events.objects.device(device));
      rawReturned.record.set64(8, 1);
      rawReturned.fire(device.node);
    }
  }

  private numberOf(map: BpfMap): number {
    const number = this.maps.get(map) ?? this.maps.size + 1;
    this.maps.set(map, number);
    return number;
  }
}
