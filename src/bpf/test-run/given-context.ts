import { ERRNO } from "../maps/errno.ts";

const PAGE = 4096;

/** Are all bytes of the range 0? What lies behind the end is. */
export const isZero = (bytes: Uint8Array, from: number, to: number): boolean =>
  bytes.subarray(from, to).every((byte) => byte === 0);

/** Why a context of that size is not taken, whatever it holds (bpf_check_uarg_tail_zero): what the kernel does not know must be 0. */
export function sizeRefusal(given: Uint8Array, known: number): number {
  if (given.length > PAGE) return -ERRNO.E2BIG;
  return isZero(given, known, given.length) ? 0 : -ERRNO.E2BIG;
}

/** The context as a kernel reads it that knows so many bytes: what is not given is 0. */
export function padded(given: Uint8Array, bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  whole.set(given.subarray(0, bytes));
  return whole;
}

/** A number of `padded` bytes. */
export const wordOf = (bytes: Uint8Array, offset: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset, true);

/** Does the run ask for what only other programs can be asked for? */
export const asksForMore = ({ flags = 0, cpu = 0, batchSize = 0 }: Asked): boolean =>
  flags !== 0 || cpu !== 0 || batchSize !== 0;

interface Asked {
  readonly flags?: number;
  readonly cpu?: number;
  readonly batchSize?: number;
}
