import { dynptrText } from "../state/dynptr-kind.ts";
import type { Frame } from "../state/frame.ts";
import { familyOf, type Register, sumOf } from "../state/register.ts";
import { baseOf, isBorrowed, isPacketPointer, TYPE, typeText } from "../state/register-type.ts";
import { ACTIVE, BYTE, BYTE_LETTERS, byteOf, isDynptr, isIterator, type StackSlot } from "../state/stack-slot.ts";
import type { WalkState } from "../state/walk-state.ts";
import type { Scalar } from "../values/scalar.ts";
import { isConst, TNUM_UNKNOWN, tnumText } from "../values/tnum.ts";
import { S32_MAX, S32_MIN, S64_MAX, S64_MIN, U32_MAX, U64_MAX, u64 } from "../values/wide.ts";

/** The kernel knows no more of a map's name (BPF_OBJ_NAME_LEN without the zero behind it). */
const NAME_LENGTH = 15;

/** Numbers beyond 16 bits are printed in hexadecimal. */
const signedText = (value: bigint): string =>
  value >= -0x8000n && value <= 0x7fffn ? value.toString() : `0x${u64(value).toString(16)}`;
const unsignedText = (value: bigint): string => (value <= 0xffffn ? value.toString() : `0x${value.toString(16)}`);
const toSigned = (value: bigint): bigint => BigInt.asIntN(64, value);

/**
 * ` R1=ctx() R10=fp0`: registers and stack as the kernel's log shows them (print_verifier_state). `registers` and
 * `slots` say what to print, all where they are absent.
 */
export function stateText(
  state: WalkState,
  frameNumber = state.frames.length - 1,
  registers?: ReadonlySet<number>,
  slots?: ReadonlySet<number>,
): string {
  const frame = state.frames[frameNumber]!;
  let text = frame.number === 0 ? "" : ` frame${frame.number}:`;
  for (let i = 0; i < 11; i++) {
    const register = frame.registers[i]!;
    if (register.type === TYPE.notInit || registers?.has(i) === false) continue;
    text += ` R${i}=${registerText(register, frame.number, ((frame.preciseRegisters >> i) & 1) === 1)}`;
  }
  for (let i = 0; i < frame.stack.length; i++) if (slots?.has(i) !== false) text += slotText(frame, i, frame.stack[i]!);
  text += referencesText(state);
  if (frame.callback !== null) text += frame.callback.synchronous ? " cb" : " async_cb";
  return text;
}

/** ` refs=2,1`: what has to be given back and the lock that is held, in the order of their taking. */
function referencesText({ references, lock }: WalkState): string {
  const ids: number[] = references.map(({ id }) => id);
  if (lock !== null) ids.splice(references.filter(({ id }) => id <= lock.since).length, 0, lock.id);
  // Locks of what the program allocated have no id, and nothing is shown where the first has none.
  return (ids[0] ?? 0) === 0 ? "" : ` refs=${ids.filter((id) => id !== 0).join(",")}`;
}

function slotText(frame: Frame, number: number, slot: StackSlot): string {
  if (slot.bytes === 0) return "";
  if (isIterator(slot)) {
    const { reference, extent, offset, struct } = slot.spilled;
    if (reference === 0) return "";
    const state = extent === ACTIVE ? "active" : "drained";
    return ` fp${(number + 1) * -8}=iter_${struct?.name ?? ""}(ref_id=${reference},state=${state},depth=${offset})`;
  }
  if (isDynptr(slot)) {
    const { id, reference, extent, offset } = slot.spilled;
    // It is told once, where it begins.
    if (offset !== 1) return "";
    const parts = [...(id === 0 ? [] : [`id=${id}`]), ...(reference === 0 ? [] : [`ref_id=${reference}`])];
    // What the kernel shows here as a dynptr's id says only that it begins here.
    parts.push("dynptr_id=1");
    return ` fp${(number + 1) * -8}=dynptr_${dynptrText(extent)}(${parts.join(",")})`;
  }
  const spilled = byteOf(slot, 7) === BYTE.spill;
  let letters = "";
  for (let i = 0; i < 8; i++) {
    if (spilled && byteOf(slot, i) === BYTE.spill) break;
    letters += BYTE_LETTERS[byteOf(slot, i)];
  }
  const value = spilled ? registerText(slot.spilled, frame.number, frame.isPreciseSlot(number)) : "";
  return ` fp${(number + 1) * -8}=${letters}${value}`;
}

/** `scalar(id=1,umax=255)` (print_reg_state) */
export function registerText(register: Register, frameNumber: number, precise: boolean): string {
  const { type, scalar, offset, id, reference, map, extent } = register;
  const mark = type === TYPE.scalar && precise ? "P" : "";
  const known = isConst(scalar.bits);
  const sum = toSigned(scalar.bits.value + BigInt(offset));
  if (type === TYPE.scalar && known) return mark + signedText(toSigned(scalar.bits.value));
  let name = mark + typeText(type) + (register.struct?.name ?? "");
  if (type === TYPE.stack) {
    if (extent !== frameNumber) name += `[${extent}]`;
    if (known) return name + signedText(sum);
  }
  const parts: string[] = [];
  const linked = type === TYPE.scalar && sumOf(id) !== 0;
  if (id !== 0) parts.push(`id=${familyOf(id)}${linked ? `${offset < 0 ? "" : "+"}${offset}` : ""}`);
  if (reference !== 0) parts.push(`ref_obj_id=${reference}`);
  if (isBorrowed(type)) parts.push("non_own_ref");
  const base = baseOf(type);
  if (map !== null && (base === TYPE.map || base === TYPE.mapKey || base === TYPE.mapValue)) {
    if (map.name !== undefined && map.name !== "") parts.push(`map=${map.name.slice(0, NAME_LENGTH)}`);
    parts.push(`ks=${map.keySize}`, `vs=${map.valueSize}`);
  }
  if (type !== TYPE.scalar && offset !== 0) parts.push(`off=${signedText(BigInt(offset))}`);
  if (isPacketPointer(type)) parts.push(`r=${extent < 0 ? `0x${u64(BigInt(extent)).toString(16)}` : extent}`);
  if (base === TYPE.dynptr) parts.push(`type=${dynptrText(extent)}`);
  if (base === TYPE.memory) parts.push(`sz=${unsignedText(BigInt(extent))}`);
  if (!known) {
    parts.push(...rangeTexts(scalar));
    if (scalar.bits.mask !== TNUM_UNKNOWN.mask) parts.push(`var_off=${tnumText(scalar.bits)}`);
  } else if (scalar.bits.value !== 0n) parts.push(`imm=${signedText(toSigned(scalar.bits.value))}`);
  return `${name}(${parts.join(",")})`;
}

/** Limits that say something; equal ones share their number (print_scalar_ranges). */
function rangeTexts(scalar: Scalar): string[] {
  const narrow = (value: number): bigint => (value >= -0x8000 && value <= 0x7fff ? BigInt(value) : BigInt(value >>> 0));
  const limits = [
    { name: "smin", value: scalar.smin, omit: scalar.smin === S64_MIN },
    { name: "smax", value: scalar.smax, omit: scalar.smax === S64_MAX },
    { name: "umin", value: scalar.umin, omit: scalar.umin === 0n },
    { name: "umax", value: toSigned(scalar.umax), omit: scalar.umax === U64_MAX },
    { name: "smin32", value: narrow(scalar.s32min), omit: scalar.s32min === S32_MIN },
    { name: "smax32", value: narrow(scalar.s32max), omit: scalar.s32max === S32_MAX },
    { name: "umin32", value: BigInt(scalar.u32min), omit: scalar.u32min === 0 },
    { name: "umax32", value: BigInt(scalar.u32max), omit: scalar.u32max === U32_MAX },
  ];
  const isNegative = ({ name, value }: { name: string; value: bigint }): boolean => name[0] === "s" && value < 0n;
  const texts: string[] = [];
  for (const [i, limit] of limits.entries()) {
    if (limit.omit) continue;
    let text = `${limit.name}=`;
    for (let j = i + 2; j < limits.length; j += 2) {
      const other = limits[j]!;
      if (other.omit || toSigned(other.value) !== toSigned(limit.value) || isNegative(other) !== isNegative(limit))
        continue;
      other.omit = true;
      text += `${other.name}=`;
    }
    texts.push(text + (limit.name[0] === "s" ? signedText(limit.value) : unsignedText(u64(limit.value))));
  }
  return texts;
}
