import { XDP_MD_OFFSET as XDP_MD, XDP_MD_BYTES } from "../../bpf/program-type/offsets.ts";
import type { ContextLayout } from "../../bpf/vm/environment.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import type { Skb } from "../../packet/skb.ts";
import type { ProgramHost, XdpSite } from "../places.ts";

/** Where the frame's length lies, which only engines read: behind the struct. */
const LENGTH = XDP_MD_BYTES;

export const XDP_LAYOUT: ContextLayout = {
  size: XDP_MD_BYTES,
  // There are no packet loads, and so no headers for them to count from.
  packet: { data: XDP_MD.data, length: LENGTH, first: XDP_MD.dataMeta, head: 0, macHeader: 0, networkHeader: 0 },
};

/** XDP_PACKET_HEADROOM: bytes before a frame that has just come in. */
export const HEADROOM = 256;
/** Bytes at the beginning of that which belong to the kernel (struct xdp_frame). */
const FRAME_BYTES = 40;
/** Bytes of a frame's memory from its beginning on that a frame may fill: a page less struct skb_shared_info. */
const PAGE = 4096;
const ROOM = PAGE - 320;

/** A struct xdp_md in the machine's memory that is filled from one frame after another. */
export class XdpBlock {
  readonly address: number;
  /** The frame that it shows. */
  skb: Skb | undefined;
  /** The host that the program runs on, where it can reach one. */
  host: ProgramHost | undefined;
  /** Bytes of the frame's memory before its data. */
  headroom = HEADROOM;
  /** Bytes at the frame's end that lie outside of its first buffer, in pages of their own (skb_shared_info's frags). */
  beyond = 0;
  private readonly memory: LinearMemory;

  /** @param address of one that somebody else has filled; else one of its own. */
  constructor(memory: LinearMemory, address = memory.allocate(XDP_MD_BYTES + 4)) {
    this.memory = memory;
    this.address = address;
  }

  /** Address of the frame's first byte. */
  get data(): number {
    return this.skb!.data;
  }

  /** The frame's bytes. */
  get length(): number {
    return this.skb!.length;
  }

  /** Shows a frame in one piece. */
  show(skb: Skb, { host, queue, egressIfindex, headroom }: XdpSite): void {
    this.skb = skb;
    this.host = host;
    this.headroom = headroom;
    this.beyond = 0;
    const { memory, address } = this;
    memory.setUint32(address + XDP_MD.ingressIfindex, skb.ifindex);
    memory.setUint32(address + XDP_MD.rxQueueIndex, queue);
    memory.setUint32(address + XDP_MD.egressIfindex, egressIfindex);
    this.place();
  }

  /** Takes a frame that the block shows already, with metadata before its data, and its last bytes outside of the first buffer. */
  adopt(skb: Skb, host: ProgramHost, beyond: number): void {
    this.skb = skb;
    this.host = host;
    this.headroom = HEADROOM;
    this.beyond = beyond;
  }

  /** Where the frame lies now. */
  place(): void {
    const { memory, address } = this;
    const { data, length, metaLength } = this.skb!;
    memory.setUint32(address + XDP_MD.data, data);
    memory.setUint32(address + XDP_MD.dataEnd, data + length - this.beyond);
    memory.setUint32(address + LENGTH, length);
    memory.setUint32(address + XDP_MD.dataMeta, data - metaLength);
  }

  /** Bytes by which the frame or its metadata can still grow at the front. */
  get roomBefore(): number {
    return this.headroom - FRAME_BYTES - this.skb!.metaLength;
  }

  /** The same at the end: of the first buffer, or of the last page. */
  get roomBehind(): number {
    if (this.beyond > 0) return (PAGE - (this.beyond % PAGE)) % PAGE;
    return ROOM - this.headroom - this.skb!.length;
  }

  /** The data has moved by so many bytes, to the front where it is negative. */
  moved(bytes: number): void {
    this.headroom += bytes;
  }
}
