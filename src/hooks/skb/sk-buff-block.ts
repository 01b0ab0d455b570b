import { swap16 } from "../../bpf/network-order.ts";
import { SK_BUFF_BLOCK_BYTES, SK_BUFF_HIDDEN, SK_BUFF_OFFSET } from "../../bpf/program-type/offsets.ts";
import type { ContextLayout } from "../../bpf/vm/environment.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import type { Skb } from "../../packet/skb.ts";
import type { ProgramHost } from "../places.ts";

/** Offsets in struct __sk_buff, and behind it what only engines read. */
export const SK_BUFF = { ...SK_BUFF_OFFSET, ...SK_BUFF_HIDDEN } as const;

const BLOCK_BYTES = SK_BUFF_BLOCK_BYTES;
/** BPF_SKB_CLOCK_REALTIME: a time is one of arrival. */
const REALTIME = 0;
/** Words of `cb`. */
const CB_WORDS = 5;
/** Queue numbers from here on cannot be set (NO_QUEUE_MAPPING). */
const NO_QUEUE = 0xffff;

export const SK_BUFF_LAYOUT: ContextLayout = {
  // The verifier keeps programs from what lies behind the structure, but for loads that have been led there.
  size: BLOCK_BYTES,
  packet: {
    data: SK_BUFF.data,
    length: SK_BUFF.len,
    first: SK_BUFF.dataMeta,
    head: SK_BUFF.head,
    macHeader: SK_BUFF.macHeader,
    networkHeader: SK_BUFF.networkHeader,
  },
};

/** Fields that a program type may change, as `__sk_buff` names them. */
export interface WritableFields {
  readonly mark: boolean;
  readonly priority: boolean;
  readonly queue_mapping: boolean;
  readonly tc_index: boolean;
  readonly tc_classid: boolean;
  readonly cb: boolean;
  readonly tstamp: boolean;
}

/**
 * A struct __sk_buff in the machine's memory that is filled from one packet after another.
 */
export class SkBuffBlock {
  readonly address: number;
  /** The packet that it shows. */
  skb: Skb | undefined;
  /** The host that the program runs on, where it can reach one. */
  host: ProgramHost | undefined;
  private readonly memory: LinearMemory;
  /** The memory that `words` is a part of. */
  private bytes: Uint8Array;
  /** The block as 32-bit words. */
  private words: Int32Array;

  /** @param address of one that somebody else has filled; else one of its own, of zeroes. */
  constructor(memory: LinearMemory, address?: number) {
    this.memory = memory;
    this.address = address ?? memory.allocate(BLOCK_BYTES);
    this.bytes = memory.bytes;
    this.words = this.view();
    if (address === undefined) this.words.fill(0);
  }

  /** Address of the first byte that the program sees. */
  get data(): number {
    return this.words[SK_BUFF.data / 4]! >>> 0;
  }

  /** Bytes from there to the packet's end. */
  get length(): number {
    return this.words[SK_BUFF.len / 4]! >>> 0;
  }

  /**
   * Fills it. Allocates nothing as long as the memory does not grow.
   * @param clearWords `cb` begins as zeroes, whatever the packet has there.
   */
  show(skb: Skb, data: number, length: number, clearWords: boolean): void {
    this.skb = skb;
    this.place(skb, data, length);
    const { words } = this;
    words[SK_BUFF.wireLength / 4] = skb.wireLength || length;
    words[SK_BUFF.mark / 4] = skb.mark;
    words[SK_BUFF.queueMapping / 4] = skb.queue;
    words[SK_BUFF.priority / 4] = skb.priority;
    words[SK_BUFF.ingressIfindex / 4] = skb.ingressIfindex;
    words[SK_BUFF.ifindex / 4] = skb.ifindex;
    words[SK_BUFF.tcIndex / 4] = skb.tcIndex;
    words[SK_BUFF.tcClassid / 4] = skb.tcClassid;
    words[SK_BUFF.napiId / 4] = skb.napiId;
    words[SK_BUFF.hardwareTimestamp / 4] = skb.hardwareTimeLow;
    words[SK_BUFF.hardwareTimestamp / 4 + 1] = skb.hardwareTimeHigh;
    this.showTime(skb);
    const { cb } = skb;
    for (let i = 0; i < CB_WORDS; i++) words[SK_BUFF.cb / 4 + i] = clearWords ? 0 : cb[i]!;
  }

  /** The packet's time, and which clock it is of. */
  showTime(skb: Skb): void {
    const { words } = this;
    words[SK_BUFF.timestamp / 4] = skb.timestampLow;
    words[SK_BUFF.timestamp / 4 + 1] = skb.timestampHigh;
    words[SK_BUFF.timestampType / 4] = skb.timestampClock;
    const isHidden = skb.atIngress === 1 && skb.timestampClock !== REALTIME;
    words[SK_BUFF.arrival / 4] = isHidden ? 0 : skb.timestampLow;
    words[SK_BUFF.arrival / 4 + 1] = isHidden ? 0 : skb.timestampHigh;
  }

  /** Makes the program find its packet's socket at that address; 0: there is none. */
  pointToSocket(address: number): void {
    this.words[SK_BUFF.sk / 4] = address;
  }

  /** The packet's socket, where it has one: addresses and the remote port in network order, the local port in the host's. */
  showSocket(socket: Skb["socket"]): void {
    const { words, address, memory } = this;
    if (socket === undefined) {
      if (words[SK_BUFF.family / 4] !== 0) words.fill(0, SK_BUFF.family / 4, SK_BUFF.dataMeta / 4);
      return;
    }
    words.fill(0, SK_BUFF.family / 4, SK_BUFF.dataMeta / 4);
    words[SK_BUFF.family / 4] = socket.family;
    words[SK_BUFF.remotePort / 4] = swap16(socket.remotePort);
    words[SK_BUFF.localPort / 4] = socket.localPort;
    const isIpv6 = socket.localAddress.length > 4;
    memory.bytes.set(socket.remoteAddress, address + (isIpv6 ? SK_BUFF.remoteIpv6 : SK_BUFF.remoteIpv4));
    memory.bytes.set(socket.localAddress, address + (isIpv6 ? SK_BUFF.localIpv6 : SK_BUFF.localIpv4));
  }

  /** Fills what may have changed when a helper has changed the packet, whose data begins where it did in relation to `skb.data`. */
  place(skb: Skb, data: number, length: number): void {
    this.renew();
    const { words } = this;
    words[SK_BUFF.len / 4] = length;
    words[SK_BUFF.packetType / 4] = skb.pktType;
    words[SK_BUFF.hash / 4] = skb.hash;
    words[SK_BUFF.data / 4] = data;
    words[SK_BUFF.dataEnd / 4] = data + length - Math.min(skb.dataLength, length);
    words[SK_BUFF.dataMeta / 4] = data - skb.metaLength;
    words[SK_BUFF.protocol / 4] = swap16(skb.protocol);
    words[SK_BUFF.vlanPresent / 4] = skb.vlanPresent;
    words[SK_BUFF.vlanTci / 4] = skb.vlanTci;
    words[SK_BUFF.vlanProtocol / 4] = swap16(skb.vlanTpid);
    words[SK_BUFF.segments / 4] = skb.segments;
    words[SK_BUFF.segmentSize / 4] = skb.segmentSize;
    words[SK_BUFF.head / 4] = skb.head;
    words[SK_BUFF.macHeader / 4] = skb.macHeader;
    words[SK_BUFF.networkHeader / 4] = skb.networkHeader;
  }

  /** Makes the program find flow keys at that address. */
  pointToFlowKeys(address: number): void {
    this.words[SK_BUFF.flowKeys / 4] = address;
    this.words[SK_BUFF.flowKeys / 4 + 1] = 0;
  }

  /** Takes over into the packet what the program may have written. */
  writeBack(skb: Skb, writable: WritableFields): void {
    this.renew();
    const { words } = this;
    if (writable.mark) skb.mark = words[SK_BUFF.mark / 4]! >>> 0;
    if (writable.priority) skb.priority = words[SK_BUFF.priority / 4]! >>> 0;
    if (writable.queue_mapping) {
      const queue = words[SK_BUFF.queueMapping / 4]! >>> 0;
      if (queue < NO_QUEUE) skb.queue = queue;
    }
    if (writable.tc_index) skb.tcIndex = words[SK_BUFF.tcIndex / 4]! & 0xffff;
    if (writable.tc_classid) skb.tcClassid = words[SK_BUFF.tcClassid / 4]! & 0xffff;
    if (writable.tstamp) {
      skb.timestampLow = words[SK_BUFF.timestamp / 4]!;
      skb.timestampHigh = words[SK_BUFF.timestamp / 4 + 1]!;
    }
    if (writable.cb) for (let i = 0; i < CB_WORDS; i++) skb.cb[i] = words[SK_BUFF.cb / 4 + i]!;
  }

  /** Growth replaces the memory's view. */
  private renew(): void {
    if (this.bytes === this.memory.bytes) return;
    this.bytes = this.memory.bytes;
    this.words = this.view();
  }

  private view(): Int32Array {
    return new Int32Array(this.memory.bytes.buffer, this.address, BLOCK_BYTES / 4);
  }
}
