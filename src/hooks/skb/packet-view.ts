import type { ClassicPacket } from "../../bpf/classic/packet.ts";
import type { ByteStore } from "../../packet/bytestore.ts";
import { payloadOffset } from "../../packet/dissect/payload-offset.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Random } from "../../simulation/random.ts";

/**
 * A packet as programs see it: the skb's memory and metadata as the fields that loads read. `PacketContext` then says
 * where the data begins. One view is pointed at packet after packet.
 */
export class PacketView implements ClassicPacket {
  bytes: Uint8Array;
  data = 0;
  length = 0;
  head = 0;
  macHeader = 0;
  networkHeader = 0;
  protocol = 0;
  pktType = 0;
  ifindex = 0;
  hatype = 0;
  mark = 0;
  queue = 0;
  hash = 0;
  /** Hosts have one simulated CPU. */
  cpu = 0;
  vlanTci = 0;
  vlanPresent = 0;
  vlanTpid = 0;
  private readonly store: ByteStore;
  private readonly chance: Random;

  /** @param chance what SKF_AD_RANDOM draws from. */
  constructor(store: ByteStore, chance: Random) {
    this.store = store;
    this.bytes = store.bytes;
    this.chance = chance;
  }

  /** Makes the packet's memory and metadata the ones that are seen. */
  show(skb: Skb): void {
    this.bytes = this.store.bytes;
    this.head = skb.head;
    this.macHeader = skb.macHeader;
    this.networkHeader = skb.networkHeader;
    this.protocol = skb.protocol;
    this.pktType = skb.pktType;
    this.ifindex = skb.ifindex;
    this.hatype = skb.hatype;
    this.mark = skb.mark;
    this.queue = skb.queue;
    this.hash = skb.hash;
    this.vlanTci = skb.vlanTci;
    this.vlanPresent = skb.vlanPresent;
    this.vlanTpid = skb.vlanTpid;
  }

  payloadOffset(): number {
    return payloadOffset(this.bytes, this.networkHeader, this.data + this.length, this.protocol, this.data);
  }

  random(): number {
    return this.chance.uint32();
  }
}
