import { SK_BUFF_OFFSET, XDP_MD_BYTES, XDP_MD_OFFSET } from "../program-type/offsets.ts";
import type { LinearMemory } from "../vm/memory.ts";

/**
 * What a `struct bpf_dynptr` (16 bytes) holds here:
 *
 *     0            8                     12
 *     address u64  size and kind u32     offset u32
 *
 * with the kind in bits 28 to 30 of the size and bit 31 set where it is read-only, as struct bpf_dynptr_kern has it. Of packets the
 * address is that of the program's context, which says where the packet is now.
 */
export const DYNPTR_BYTES = 16;

/** BPF_DYNPTR_TYPE_* */
export const DYNPTR_KIND = { local: 1, ringbuf: 2, skb: 3, xdp: 4 } as const;

/** Bytes that one may be about (DYNPTR_MAX_SIZE). */
export const LARGEST_DYNPTR = (1 << 24) - 1;

/** Where contexts say where a packet begins, where its linear part ends, and how many bytes it has, by the kinds of packets. */
export const PACKET_PLACES: Readonly<
  Record<number, { readonly data: number; readonly end: number; readonly length: number }>
> = {
  [DYNPTR_KIND.skb]: { data: SK_BUFF_OFFSET.data, end: SK_BUFF_OFFSET.dataEnd, length: SK_BUFF_OFFSET.len },
  [DYNPTR_KIND.xdp]: { data: XDP_MD_OFFSET.data, end: XDP_MD_OFFSET.dataEnd, length: XDP_MD_BYTES },
};

const SIZE_MASK = 0x00ff_ffff;
const READ_ONLY = 0x8000_0000;

export interface Dynptr {
  /** Address of the bytes that it began with; 0: it is about nothing. */
  readonly address: number;
  readonly size: number;
  /** Bytes into them where it begins now. */
  readonly offset: number;
  readonly kind: number;
  readonly readOnly: boolean;
}

export function readDynptr(memory: LinearMemory, at: number): Dynptr {
  const word = memory.uint32(at + 8);
  return {
    address: memory.uint32(at),
    size: word & SIZE_MASK,
    offset: memory.uint32(at + 12),
    kind: (word >>> 28) & 7,
    readOnly: word >= READ_ONLY,
  };
}

export function writeDynptr(memory: LinearMemory, at: number, { address, size, offset, kind, readOnly }: Dynptr): void {
  memory.setUint32(at, address);
  memory.setUint32(at + 4, 0);
  memory.setUint32(at + 8, (size | (kind << 28) | (readOnly ? READ_ONLY : 0)) >>> 0);
  memory.setUint32(at + 12, offset);
}

export const clearDynptr = (memory: LinearMemory, at: number): void => {
  memory.bytes.fill(0, at, at + DYNPTR_BYTES);
};

/** Does it have `length` bytes from an offset on (bpf_dynptr_check_off_len)? */
export const dynptrHas = ({ size }: Dynptr, offset: number, length: number): boolean =>
  length <= size && offset <= size - length;

/** Address of the byte at an offset, all bytes being in one piece here. */
export function byteOf(memory: LinearMemory, { address, kind, offset }: Dynptr, at: number): number {
  const packet = PACKET_PLACES[kind];
  return (packet === undefined ? address : memory.uint32(address + packet.data)) + offset + at;
}

/** Are there no longer that many bytes in a packet from an offset on? It may have been cut since. */
export function isCut(memory: LinearMemory, { address, kind, offset }: Dynptr, at: number, length: number): boolean {
  const packet = PACKET_PLACES[kind];
  return packet !== undefined && offset + at + length > memory.uint32(address + packet.length);
}

/** Do bytes from an offset on lie, in whole or in part, behind a packet's linear part? Of what is no packet none do. */
export function isBeyondLinear(
  memory: LinearMemory,
  { address, kind, offset }: Dynptr,
  at: number,
  length: number,
): boolean {
  const packet = PACKET_PLACES[kind];
  if (packet === undefined) return false;
  const linear = memory.uint32(address + packet.end) - memory.uint32(address + packet.data);
  return offset + at + length > linear;
}
