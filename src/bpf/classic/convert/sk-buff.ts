import { swap16 } from "../../network-order.ts";
import type { ContextLayout } from "../../vm/environment.ts";
import type { LinearMemory } from "../../vm/memory.ts";
import type { ClassicPacket } from "../packet.ts";

/**
 * The context of a converted program: what it reads of struct sk_buff (include/linux/skbuff.h) and struct net_device, as one
 * block of memory. Names and sizes are the kernel's; offsets are netsim's, since the kernel's change from build to build.
 * Numbers are in host order but for the two protocols, which are in network order.
 *
 *     0 len          4 data_len     8 data (u64)
 *    16 dev (u64)                  24 vlan_proto (u16)  26 vlan_tci (u16)   28 mark
 *    32 hash        36 protocol (u16)  38 queue_mapping (u16)   40 pkt_type (3 bits of a byte)
 *    48 the device: ifindex, 52 type (u16)
 *    56 end of what a program may touch
 *    56 head        60 mac_header  64 network_header: addresses that packet loads need
 */
export const SK_BUFF = {
  len: 0,
  dataLength: 4,
  data: 8,
  /** Address of the device below, or 0. */
  device: 16,
  /** Both VLAN fields as one u32, which is 0 where the packet has no tag. */
  vlanAll: 24,
  vlanProtocol: 24,
  vlanTci: 26,
  mark: 28,
  hash: 32,
  protocol: 36,
  queueMapping: 38,
  packetType: 40,
  netDevice: 48,
  head: 56,
  macHeader: 60,
  networkHeader: 64,
} as const;

/** Offsets in struct net_device. */
export const NET_DEVICE = { ifindex: 0, type: 4 } as const;

/** PKT_TYPE_MAX: the bits that the packet type takes. */
export const PACKET_TYPE_MASK = 7;

/** Bytes of the block. */
const SK_BUFF_BYTES = 68;

/** The context as engines know it. */
export const SK_BUFF_LAYOUT: ContextLayout = {
  size: SK_BUFF.head,
  packet: {
    data: SK_BUFF.data,
    length: SK_BUFF.len,
    head: SK_BUFF.head,
    macHeader: SK_BUFF.macHeader,
    networkHeader: SK_BUFF.networkHeader,
  },
};

/** A block of memory in that layout, which is filled from one packet after another. */
export class SkBuff {
  readonly address: number;
  private readonly memory: LinearMemory;
  /** The memory that `words` is a part of. */
  private bytes: Uint8Array;
  /** The block as 32-bit words. */
  private words: Int32Array;

  constructor(memory: LinearMemory) {
    this.memory = memory;
    this.address = memory.allocate(SK_BUFF_BYTES);
    this.bytes = memory.bytes;
    this.words = this.block();
    this.words.fill(0);
  }

  /** Takes over where a packet lies in the same memory. Allocates nothing as long as the memory does not grow. */
  writePlace(packet: ClassicPacket): void {
    if (this.bytes !== packet.bytes) {
      this.bytes = packet.bytes;
      this.words = this.block();
    }
    const { words } = this;
    words[SK_BUFF.len / 4] = packet.length;
    words[SK_BUFF.data / 4] = packet.data;
    words[SK_BUFF.head / 4] = packet.head;
    words[SK_BUFF.macHeader / 4] = Math.max(packet.macHeader, 0);
    words[SK_BUFF.networkHeader / 4] = packet.networkHeader;
  }

  /** Takes over what ancillary loads read, after `writePlace`. */
  writeMetadata(packet: ClassicPacket): void {
    const { words } = this;
    words[SK_BUFF.device / 4] = packet.ifindex === 0 ? 0 : this.address + SK_BUFF.netDevice;
    words[SK_BUFF.vlanAll / 4] = swap16(packet.vlanTpid) | (packet.vlanTci << 16);
    words[SK_BUFF.mark / 4] = packet.mark;
    words[SK_BUFF.hash / 4] = packet.hash;
    words[SK_BUFF.protocol / 4] = swap16(packet.protocol) | (packet.queue << 16);
    words[SK_BUFF.packetType / 4] = packet.pktType & PACKET_TYPE_MASK;
    words[(SK_BUFF.netDevice + NET_DEVICE.ifindex) / 4] = packet.ifindex;
    words[(SK_BUFF.netDevice + NET_DEVICE.type) / 4] = packet.hatype & 0xffff;
  }

  release(): void {
    this.memory.release(this.address, SK_BUFF_BYTES);
  }

  private block(): Int32Array {
    return new Int32Array(this.memory.bytes.buffer, this.address, SK_BUFF_BYTES / 4);
  }
}
