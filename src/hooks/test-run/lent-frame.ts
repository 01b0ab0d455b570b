import { XDP_MD_OFFSET as XDP_MD } from "../../bpf/program-type/offsets.ts";
import type { ProgramType } from "../../bpf/program-type.ts";
import type { LentPacket } from "../../bpf/test-run/lent-packet.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { HookServices } from "../services.ts";
import { xdpHelpers } from "../xdp/helpers/xdp-helpers.ts";
import { HEADROOM, XdpBlock } from "../xdp/xdp-block.ts";
import { LentMemory } from "./lent-memory.ts";

/** Frames of XDP programs in test runs. */
export class LentFrame extends LentMemory implements LentPacket {
  readonly helpers: ReadonlyMap<number, HostFunction>;
  block: XdpBlock;

  constructor(programType: ProgramType, services: HookServices) {
    super(services);
    this.block = new XdpBlock(services.machine.memory, 0);
    this.helpers = xdpHelpers(programType, services, this);
  }

  override put(packet: Uint8Array): number {
    super.put(packet);
    const skb = this.skb!;
    // What a program moves the frame's beginning to is zeroes, as long as nothing has been there.
    this.services.pool.reserve(skb, HEADROOM, 0);
    this.services.machine.memory.bytes.fill(0, skb.head, skb.data);
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
