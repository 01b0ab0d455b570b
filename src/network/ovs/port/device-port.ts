import type { Skb } from "../../../packet/skb.ts";
import type { PortModel } from "../../../topology/model.ts";
import { tag } from "../../ethernet-frame.ts";
import type { Interface } from "../../interface.ts";
import type { World } from "../../world.ts";
import type { PacketState } from "../datapath/packet-state.ts";
import { newCounters, type PortKind, type PortVlans, type SendingPort, type TunnelOptions } from "../datapath/port.ts";

/** A port of a switch with its device, which shows frames to captures and counts them. */
export abstract class DevicePort implements SendingPort {
  readonly number: number;
  readonly name: string;
  readonly kind: PortKind;
  readonly vlans: PortVlans;
  readonly tunnel: TunnelOptions | undefined;
  readonly device: Interface;
  readonly counters = newCounters();
  protected readonly world: World;

  constructor(model: PortModel, device: Interface, world: World) {
    this.number = model.number;
    this.name = model.name;
    this.kind = model.type;
    this.vlans = model.vlans;
    this.tunnel = model.tunnel;
    this.device = device;
    this.world = world;
  }

  abstract readonly isUp: boolean;

  get mac(): Uint8Array {
    return this.device.mac;
  }

  get mtu(): number {
    return this.device.mtu;
  }

  get ifindex(): number {
    return this.device.index;
  }

  get label(): string {
    return this.device.label;
  }

  abstract send(skb: Skb, state: PacketState): void;

  /** The tag that the packet has in its metadata goes where it belongs on a wire. */
  protected settle(skb: Skb): void {
    if (skb.vlanPresent === 1) tag(this.world.pool, skb);
  }
}
