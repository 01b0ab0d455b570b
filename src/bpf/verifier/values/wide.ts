/** Limits of the machine's number types, and conversions between them. 64-bit values are bigints, 32-bit ones numbers. */
export const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const S64_MAX = 0x7fff_ffff_ffff_ffffn;
export const S64_MIN = -0x8000_0000_0000_0000n;
export const U32_MAX = 0xffff_ffff;
export const S32_MAX = 0x7fff_ffff;
export const S32_MIN = -0x8000_0000;
export const LOW_32 = 0xffff_ffffn;
export const HIGH_32 = 0xffff_ffff_0000_0000n;

export const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
export const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);
/** Lowest 32 bits, unsigned. */
export const low32 = (value: bigint): number => Number(BigInt.asUintN(32, value));
/** Lowest 32 bits, signed. */
export const low32s = (value: bigint): number => Number(BigInt.asIntN(32, value));

export const minWide = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const maxWide = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Bits that an unsigned 64-bit value needs: 0 for 0, 64 for values from 2^63 (the kernel's fls64). */
export function widthOf(value: bigint): number {
  const high = Number(value >> 32n);
  return high === 0 ? 32 - Math.clz32(Number(value & LOW_32)) : 64 - Math.clz32(high);
}
