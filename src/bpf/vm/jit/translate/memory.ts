import type { Atomic, Load, LoadAcquire, Store, StoreRelease } from "../../../isa/instruction.ts";
import { FIRST_ADDRESS } from "../../access.ts";
import { FRAME_BYTES } from "../../limits.ts";
import { I32, I32_MEMORY, I64, I64_MEMORY } from "../wasm/instructions.ts";
import { checkAlignment } from "./checks.ts";
import type { Frame } from "./frame.ts";

const LOADS = { 1: I64_MEMORY.load8U, 2: I64_MEMORY.load16U, 4: I64_MEMORY.load32U, 8: I64_MEMORY.load } as const;
const SIGNED_LOADS = {
  1: I64_MEMORY.load8S,
  2: I64_MEMORY.load16S,
  4: I64_MEMORY.load32S,
  8: I64_MEMORY.load,
} as const;
/** Of values of which only the lower half is kept: eight bytes are loaded by their lower four. */
const NARROW_LOADS = {
  1: I32_MEMORY.load8U,
  2: I32_MEMORY.load16U,
  4: I32_MEMORY.load,
  8: I32_MEMORY.load,
} as const;
const SIGNED_NARROW_LOADS = {
  1: I32_MEMORY.load8S,
  2: I32_MEMORY.load16S,
  4: I32_MEMORY.load,
  8: I32_MEMORY.load,
} as const;
const NARROW_STORES = { 1: I32_MEMORY.store8, 2: I32_MEMORY.store16, 4: I32_MEMORY.store } as const;
const STORES = { 1: I64_MEMORY.store8, 2: I64_MEMORY.store16, 4: I64_MEMORY.store32, 8: I64_MEMORY.store } as const;
/** A page of memory has 2 to the power of this bytes. */
const PAGE_BITS = 16;

interface Access {
  readonly index: number;
  readonly register: number;
  readonly offset: number;
  readonly bytes: number;
  readonly write: boolean;
  /** Must the address be a multiple of `bytes`, as the verifier sees to (check_atomic)? */
  readonly aligned: boolean;
}

/**
 * Leaves an i32 address; returns the offset to be added by the load or store itself.
 *
 * Trusted programs: a verified pointer is at least 65,536 and its access stays below 2^32, so that the low half of the
 * register plus a positive offset (at most 32,767) cannot wrap; a negative offset is added in 32 bits, which is exact.
 * Unverified programs: all 64 bits are added and looked at.
 */
export function address(frame: Frame, { index, register, offset, bytes, write, aligned }: Access): number {
  const { code, links } = frame;
  if (links.checked) {
    frame.get(register);
    code.i64(offset);
    code.op(I64.add);
    code.i32(bytes);
    code.i32(write ? 1 : 0);
    code.i32(index);
    code.get(frame.base);
    code.call(links.service("access"));
    if (aligned) checkAlignment(frame, index, bytes);
    return 0;
  }
  if (register === 10 && offset + FRAME_BYTES >= 0) {
    code.get(frame.base);
    return offset + FRAME_BYTES;
  }
  frame.getLow(register);
  if (offset >= 0) return offset;
  code.i32(offset);
  code.op(I32.add);
  return 0;
}

/** A load from whatever a register holds: 0 where no memory is, or only the page that belongs to nothing. */
export function probe(frame: Frame, { bytes, signed, dst, src, offset }: Load): void {
  const { code, givesNarrow } = frame;
  const at = frame.temporary("i64");
  frame.get(src);
  code.i64(offset);
  code.op(I64.add);
  code.tee(at);
  code.i64(FIRST_ADDRESS);
  code.op(I64.geU);
  code.get(at);
  code.memorySize();
  code.extend();
  code.i64(PAGE_BITS);
  code.op(I64.shl);
  code.i64(bytes);
  code.op(I64.sub);
  code.op(I64.leU);
  code.op(I32.and);
  code.if(givesNarrow ? "i32" : "i64");
  code.get(at);
  code.wrap();
  if (givesNarrow) code.memory(signed ? SIGNED_NARROW_LOADS[bytes] : NARROW_LOADS[bytes]);
  else code.memory(signed ? SIGNED_LOADS[bytes] : LOADS[bytes]);
  code.else();
  if (givesNarrow) code.i32(0);
  else code.i64(0);
  code.end();
  if (givesNarrow) frame.setLow(dst);
  else frame.set(dst);
  if (!signed) frame.facts.setFits(dst, bytes * 8);
}

export function load(frame: Frame, { index, bytes, dst, src, offset, ...more }: Load | LoadAcquire): void {
  const signed = "signed" in more && more.signed;
  const aligned = !("signed" in more);
  const at = address(frame, { index, register: src, offset, bytes, write: false, aligned });
  if (frame.givesNarrow) {
    frame.code.memory(signed ? SIGNED_NARROW_LOADS[bytes] : NARROW_LOADS[bytes], at);
    frame.setLow(dst);
  } else {
    frame.code.memory(signed ? SIGNED_LOADS[bytes] : LOADS[bytes], at);
    frame.set(dst);
  }
  if (!signed) frame.facts.setFits(dst, bytes * 8);
}

export function store(frame: Frame, instruction: Store | StoreRelease): void {
  const { index, bytes, dst, src, offset } = instruction;
  const aligned = instruction.kind === "store-release";
  const at = address(frame, { index, register: dst, offset, bytes, write: true, aligned });
  const value = { src, imm: "imm" in instruction ? instruction.imm : 0 };
  if (bytes < 8 && (src === null || frame.isNarrow(src))) {
    frame.operandLow(value);
    frame.code.memory(NARROW_STORES[bytes as 1 | 2 | 4], at);
  } else {
    frame.operand(value);
    frame.code.memory(STORES[bytes], at);
  }
}

const ATOMICS = { add: I64.add, or: I64.or, and: I64.and, xor: I64.xor } as const;

/** One processor: an atomic operation is a load and a store. */
export function atomic(frame: Frame, { index, bytes, operation, fetch, dst, src, offset }: Atomic): void {
  const { code } = frame;
  const pointer = frame.temporary("i32");
  const before = frame.temporary("i64");
  const at = address(frame, { index, register: dst, offset, bytes, write: true, aligned: true });
  code.tee(pointer);
  code.memory(LOADS[bytes], at);
  code.set(before);
  code.get(pointer);
  if (operation === "cmpxchg") {
    frame.get(src);
    code.get(before);
    code.get(before);
    if (bytes === 8) frame.get(0);
    else {
      frame.getLow(0);
      code.extend();
    }
    code.op(I64.eq);
    code.select();
  } else if (operation === "xchg") frame.get(src);
  else {
    code.get(before);
    frame.get(src);
    code.op(ATOMICS[operation]);
  }
  code.memory(STORES[bytes], at);
  if (!fetch) return;
  code.get(before);
  frame.set(operation === "cmpxchg" ? 0 : src);
}
