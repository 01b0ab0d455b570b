/*
 * The encoding of instructions (Intel's manual, volume 2, chapter 2):
 *
 *     [prefix] [REX 0100WRXB] opcode [ModRM: mod reg rm] [displacement] [immediate]
 *
 * W: 64 bits; R and B: the fourth bits of the registers `reg` and `rm`.
 */

const REX = 0x40;

/** The REX prefix, or none where nothing asks for it. `always`: it also makes sil, dil and bpl of dh, bh and ch. */
export function rex(wide: boolean, reg: number, rm: number, always = false): number[] {
  const bits = (wide ? 8 : 0) | (reg >= 8 ? 4 : 0) | (rm >= 8 ? 1 : 0);
  return bits === 0 && !always ? [] : [REX | bits];
}

/** Two registers. */
export function registers(reg: number, rm: number): number {
  return 0xc0 | ((reg & 7) << 3) | (rm & 7);
}

/** A register (or an opcode's extension) and memory at a register plus a displacement, which is always there, as the kernel writes it. */
export function memory(reg: number, base: number, displacement: number): number[] {
  const fields = ((reg & 7) << 3) | (base & 7);
  return fitsByte(displacement) ? [0x40 | fields, displacement & 0xff] : [0x80 | fields, ...int32(displacement)];
}

export function fitsByte(value: number): boolean {
  return value >= -128 && value <= 127;
}

/** Four bytes, little-endian. */
export function int32(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff];
}

/** As assemblers write numbers: hexadecimal, with a minus sign. */
export function hexadecimal(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}
