import type { Skb } from "../../../packet/skb.ts";
import type { Datapath } from "../datapath/datapath.ts";
import type { PacketState } from "../datapath/packet-state.ts";
import { DevicePort } from "./device-port.ts";

/** Patch ports that a packet may come through, as Open vSwitch bounds them (MAX_DEPTH of ofproto/ofproto-dpif-xlate.c). */
const MAX_DEPTH = 64;

/** A port whose packets come in by a port of another switch at once (patch_port_output): without tunnel, connection or recirculation. */
export class PatchPort extends DevicePort {
  /** Where it leads. */
  peer: { readonly datapath: Datapath; readonly port: PatchPort } | undefined;

  get isUp(): boolean {
    return this.peer !== undefined;
  }

  send(skb: Skb, { patches }: PacketState): void {
    const { datapath, port } = this.peer!;
    if (patches >= MAX_DEPTH) {
      this.world.ledger.drop(skb, this.label, "OVS_PATCH_LOOP");
      return;
    }
    this.settle(skb);
    this.device.count(skb, "out");
    port.device.count(skb, "in");
    datapath.executor.executeInside(() => datapath.receive(port, skb, undefined, patches + 1));
  }
}
