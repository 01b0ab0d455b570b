import type { Register } from "../state/register.ts";
import { TYPE, typeText } from "../state/register-type.ts";
import { isConst, tnumText } from "../values/tnum.ts";
import { S64_MIN } from "../values/wide.ts";
import type { Walk } from "./walk.ts";

/** Variable offsets may not be larger (BPF_MAX_VAR_OFF), nor sizes (BPF_MAX_VAR_SIZ). */
export const MAX_VARIABLE_OFFSET = 1 << 29;

/** An access to memory of `length` bytes, with a variable part of the offset (check_mem_region_access). */
export function checkRegion(
  walk: Walk,
  number: number,
  offset: number,
  size: number,
  length: number,
  zeroAllowed: boolean,
): void {
  const register = walk.frame.registers[number]!;
  const { smin, umax } = register.scalar;
  const lowest = smin + BigInt(offset);
  if (smin < 0n && (smin === S64_MIN || BigInt.asIntN(32, lowest) !== lowest || lowest < 0n))
    refuseNegative(walk, number);
  if (!isInside(Number(lowest), size, length, zeroAllowed))
    walk.refuse(
      categoryOf(register),
      outsideText(register, number, Number(BigInt.asIntN(32, lowest)), size, length),
      `R${number} min value is outside of the allowed memory range`,
    );
  if (umax >= MAX_VARIABLE_OFFSET)
    walk.refuse(categoryOf(register), `R${number} unbounded memory access, make sure to bounds check any such access`);
  const highest = Number(umax) + offset;
  if (!isInside(highest, size, length, zeroAllowed))
    walk.refuse(
      categoryOf(register),
      outsideText(register, number, highest, size, length),
      `R${number} max value is outside of the allowed memory range`,
    );
}

export function refuseNegative(walk: Walk, number: number): never {
  walk.refuse(
    categoryOf(walk.frame.registers[number]!),
    `R${number} min value is negative, either use unsigned index or do a if (index >=0) check.`,
  );
}

const categoryOf = ({ type }: Register) =>
  type === TYPE.mapValue || type === TYPE.mapKey
    ? "map"
    : type === TYPE.packet || type === TYPE.packetMeta
      ? "packet"
      : "memory-access";

export const isInside = (offset: number, size: number, length: number, zeroAllowed: boolean): boolean =>
  offset >= 0 && (size > 0 || (size === 0 && zeroAllowed)) && offset + size <= length;

/** What Linux says of an access outside (__check_mem_access). */
export function outsideText(register: Register, number: number, offset: number, size: number, length: number): string {
  switch (register.type) {
    case TYPE.mapKey:
      return `invalid access to map key, key_size=${length} off=${offset} size=${size}`;
    case TYPE.mapValue:
      return `invalid access to map value, value_size=${length} off=${offset} size=${size}`;
    case TYPE.packet:
    case TYPE.packetMeta:
    case TYPE.packetEnd:
      return (
        `invalid access to packet, off=${offset} size=${size}, ` +
        `R${number}(id=${register.id},off=${offset},r=${length})`
      );
    default:
      return `invalid access to memory, mem_size=${length} off=${offset} size=${size}`;
  }
}

/** Some pointers may be used only as they are (__check_ptr_off_reg). */
export function checkUnmodified(walk: Walk, register: Register, number: number, offsetAllowed = false): void {
  const name = typeText(register.type);
  const category = register.type === TYPE.context ? "context" : "memory-access";
  if (register.offset < 0)
    walk.refuse(category, `negative offset ${name} ptr R${number} off=${register.offset} disallowed`);
  if (!offsetAllowed && register.offset !== 0)
    walk.refuse(category, `dereference of modified ${name} ptr R${number} off=${register.offset} disallowed`);
  const { bits } = register.scalar;
  if (!isConst(bits) || bits.value !== 0n)
    walk.refuse(category, `variable ${name} access var_off=${tnumText(bits)} disallowed`);
}
