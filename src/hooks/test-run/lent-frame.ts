import { XDP_MD_OFFSET as XDP_MD } from "../../bpf/program-type/offsets.ts";
import type { ProgramType } from "../../bpf/program-type.ts";
import type { LentPacket } from "../../bpf/test-run/lent-packet.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { Skb } from "../../packet/skb.ts";
import type { HookServices } from "../services.ts";
import { xdpHelpers } from "../xdp/helpers/xdp-helpers.ts";
import { XdpBlock } from "../xdp/xdp-block.ts";
import { loopbackHost } from "./loopback-host.ts";

/** XDP_PACKET_HEADROOM */
const HEADROOM = 256;

/** Frames of XDP programs in test runs. */
export class LentFrame implements LentPacket {
  readonly helpers: ReadonlyMap<number, HostFunction>;
  block: XdpBlock;
  private readonly services: HookServices;
  private readonly host;
  private skb: Skb | undefined;

  constructor(programType: ProgramType, services: HookServices) {
    this.services = services;
    this.host = loopbackHost(services.pool);
    this.block = new XdpBlock(services.machine.memory, 0);
    this.helpers = xdpHelpers(programType, services, this);
  }

  put(packet: Uint8Array): number {
    const { pool } = this.services;
    if (this.skb !== undefined) pool.release(this.skb);
    const skb = pool.from(packet, 0, packet.length);
    // What a program moves the frame's beginning to is zeroes, as long as nothing has been there.
    pool.reserve(skb, HEADROOM, 0);
    this.services.machine.memory.bytes.fill(0, skb.head, skb.data);
    this.skb = skb;
    return skb.data;
  }

  adopt(address: number): void {
    const { memory } = this.services.machine;
    const skb = this.skb!;
    const [data, end, meta] = [XDP_MD.data, XDP_MD.dataEnd, XDP_MD.dataMeta].map((at) => memory.uint32(address + at));
    skb.metaLength = data! - meta!;
    skb.length -= skb.metaLength;
    skb.originalLength = skb.length;
    skb.data = data!;
    skb.ifindex = memory.uint32(address + XDP_MD.ingressIfindex);
    if (this.block.address !== address) this.block = new XdpBlock(memory, address);
    this.block.adopt(skb, this.host, skb.data + skb.length - end!);
  }

  extent(): { readonly address: number; readonly length: number } {
    const { data, length, metaLength } = this.skb!;
    return { address: data - metaLength, length: metaLength + length };
  }
}
