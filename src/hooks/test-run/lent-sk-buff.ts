import type { ProgramType } from "../../bpf/program-type.ts";
import type { LentPacket } from "../../bpf/test-run/lent-packet.ts";
import type { TestPacket } from "../../bpf/test-run/test-context.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { Skb } from "../../packet/skb.ts";
import type { HookServices } from "../services.ts";
import { packetHelpers } from "../skb/helpers/packet-helpers.ts";
import { SK_BUFF, SkBuffBlock, type WritableFields } from "../skb/sk-buff-block.ts";
import { LentMemory } from "./lent-memory.ts";

const ALL: WritableFields = {
  mark: true,
  priority: true,
  queue_mapping: true,
  tc_index: true,
  tc_classid: true,
  cb: true,
  tstamp: true,
};

/** Packets of programs on a struct sk_buff in test runs. */
export class LentSkBuff extends LentMemory implements LentPacket {
  readonly helpers: ReadonlyMap<number, HostFunction>;
  block: SkBuffBlock;

  constructor(programType: ProgramType, services: HookServices) {
    super(services);
    this.block = new SkBuffBlock(services.machine.memory, 0);
    this.helpers = packetHelpers(programType, services, this);
  }

  adopt(address: number, { protocol }: TestPacket): void {
    const { memory } = this.services.machine;
    const word = (field: number) => memory.uint32(address + field);
    if (this.block.address !== address) this.block = new SkBuffBlock(memory, address);
    const { block } = this;
    const skb = this.skb!;
    skb.data = word(SK_BUFF.data);
    skb.length = word(SK_BUFF.len);
    skb.originalLength = skb.length;
    skb.macHeader = word(SK_BUFF.macHeader);
    skb.networkHeader = word(SK_BUFF.networkHeader);
    // Nobody has said where it begins.
    skb.transportHeader = skb.head;
    skb.protocol = protocol;
    skb.pktType = word(SK_BUFF.packetType);
    skb.ifindex = word(SK_BUFF.ifindex);
    skb.ingressIfindex = word(SK_BUFF.ingressIfindex);
    skb.wireLength = word(SK_BUFF.wireLength);
    skb.segments = word(SK_BUFF.segments);
    skb.segmentSize = word(SK_BUFF.segmentSize);
    block.skb = skb;
    block.host = this.host;
    block.writeBack(skb, ALL);
  }

  extent(): { readonly address: number; readonly length: number } {
    const { data, length, macHeader } = this.skb!;
    const address = Math.min(data, macHeader);
    return { address, length: data + length - address };
  }

  refresh(): void {
    const { block } = this;
    block.place(block.skb!, block.skb!.data, block.skb!.length);
  }

  flush(copy: Skb): void {
    this.block.writeBack(copy, ALL);
  }
}
