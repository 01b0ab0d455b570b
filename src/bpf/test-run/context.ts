import type { ContextLayout } from "../vm/environment.ts";
import type { LinearMemory } from "../vm/memory.ts";

/** A packet for a program to look at, and what is known about it. */
export interface TestPacket {
  readonly bytes: Uint8Array;
  /** Ethertype in host order; 0: not known. */
  readonly protocol: number;
  /** Offset of the network header. */
  readonly networkOffset: number;
}

/** The context that programs of one kind are given. */
export interface TestContext {
  readonly layout: ContextLayout;
  /** Bytes of the block in memory: the layout's, and fields behind them that only engines read. */
  readonly bytes: number;
  /**
   * Fills the block, all 0 before, for a packet that lies at `data`.
   * @param skipped bytes of the packet that come before what programs see; 0 without.
   */
  fill(memory: LinearMemory, context: number, packet: TestPacket, data: number, skipped?: number): void;
  /** Where the packet lies after the run, which may have moved its ends. */
  result(memory: LinearMemory, context: number): { readonly data: number; readonly length: number };
}

/** Bytes of struct __sk_buff (linux/bpf.h); data and data_end are addresses in the machine's memory. */
const SK_BUFF_BYTES = 192;
const SK_BUFF = { len: 0, packetType: 4, protocol: 16, ifindex: 40, data: 76, dataEnd: 80, dataMeta: 140 } as const;
const HEAD = SK_BUFF_BYTES;
const NETWORK_HEADER = SK_BUFF_BYTES + 4;

/** Interface number of the loopback device, which BPF_PROG_TEST_RUN pretends. */
const LOOPBACK = 1;

/** PACKET_HOST, PACKET_MULTICAST and PACKET_OTHERHOST of linux/if_packet.h. */
const [FOR_HOST, FOR_MANY, FOR_OTHERS] = [0, 2, 3];

/** Whom an Ethernet frame is for on the loopback device, whose address and broadcast address are zeroes (eth_type_trans). */
function packetType(frame: Uint8Array): number {
  const destination = frame.subarray(0, 6);
  if (destination.every((byte) => byte === 0)) return FOR_HOST;
  return (destination[0]! & 1) === 0 ? FOR_OTHERS : FOR_MANY;
}

/** struct __sk_buff, its data at the link-layer header. */
export const SK_BUFF_CONTEXT: TestContext = {
  layout: {
    size: SK_BUFF_BYTES,
    packet: { data: SK_BUFF.data, length: SK_BUFF.len, head: HEAD, macHeader: HEAD, networkHeader: NETWORK_HEADER },
  },
  bytes: SK_BUFF_BYTES + 8,
  fill(memory, context, { bytes, protocol, networkOffset }, data, skipped = 0) {
    const set = (field: number, value: number) => memory.setUint32(context + field, value);
    set(SK_BUFF.len, bytes.length - skipped);
    set(SK_BUFF.packetType, packetType(bytes));
    set(SK_BUFF.protocol, ((protocol & 0xff) << 8) | (protocol >>> 8));
    set(SK_BUFF.ifindex, LOOPBACK);
    set(SK_BUFF.data, data + skipped);
    set(SK_BUFF.dataEnd, data + bytes.length);
    set(SK_BUFF.dataMeta, data + skipped);
    set(HEAD, data);
    set(NETWORK_HEADER, data + networkOffset);
  },
  result: (memory, context) => ({
    data: memory.uint32(context + SK_BUFF.data),
    length: memory.uint32(context + SK_BUFF.len),
  }),
};

/** Bytes of struct xdp_md (linux/bpf.h). */
const XDP_BYTES = 24;
const XDP = { data: 0, dataEnd: 4, dataMeta: 8, ingressIfindex: 12 } as const;

/** struct xdp_md. Programs have no packet loads; they reach the packet by its addresses. */
export const XDP_CONTEXT: TestContext = {
  layout: { size: XDP_BYTES },
  bytes: XDP_BYTES,
  fill(memory, context, { bytes }, data) {
    memory.setUint32(context + XDP.data, data);
    memory.setUint32(context + XDP.dataEnd, data + bytes.length);
    memory.setUint32(context + XDP.dataMeta, data);
    memory.setUint32(context + XDP.ingressIfindex, LOOPBACK);
  },
  result(memory, context) {
    const data = memory.uint32(context + XDP.data);
    return { data, length: memory.uint32(context + XDP.dataEnd) - data };
  },
};

/** Program types that can be run on a packet, as bpftool names them. */
export const TEST_CONTEXTS: Readonly<Record<string, TestContext>> = {
  socket_filter: SK_BUFF_CONTEXT,
  sched_cls: SK_BUFF_CONTEXT,
  xdp: XDP_CONTEXT,
};
