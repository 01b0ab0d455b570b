import type { LinearMemory } from "../vm/memory.ts";

/**
 * What a `struct bpf_dynptr` (16 bytes) holds here:
 *
 *     0            8                     12
 *     address u64  size and kind u32     offset u32
 *
 * with the kind in bits 28 to 30 of the size and bit 31 set where it is read-only, as struct bpf_dynptr_kern has it.
 */
export const DYNPTR_BYTES = 16;

/** BPF_DYNPTR_TYPE_* */
export const DYNPTR_KIND = { local: 1, ringbuf: 2, skb: 3, xdp: 4 } as const;

/** Bytes that one may be about (DYNPTR_MAX_SIZE). */
export const LARGEST_DYNPTR = (1 << 24) - 1;

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
