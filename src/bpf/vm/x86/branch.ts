import type { Branch, Condition } from "../../isa/instruction.ts";
import { fitsByte, hexadecimal, int32, registers, rex } from "./encoding.ts";
import type { NativeInstruction } from "./native-code.ts";
import { nameOf, nativeRegister } from "./registers.ts";

/** Second half of the opcode of a conditional jump, and its name. */
const CONDITIONS: Readonly<Record<Condition, readonly [number, string]>> = {
  eq: [0x4, "je"],
  ne: [0x5, "jne"],
  set: [0x5, "jne"],
  gt: [0x7, "ja"],
  ge: [0x3, "jae"],
  lt: [0x2, "jb"],
  le: [0x6, "jbe"],
  sgt: [0xf, "jg"],
  sge: [0xd, "jge"],
  slt: [0xc, "jl"],
  sle: [0xe, "jle"],
};

/** The kernel's JIT takes short jumps a little below their reach, so that its passes come to an end (is_imm8_jmp_offset). */
const SHORT_REACH = 123;

/** What sets the flags that the jump looks at. */
export function comparison({ bits, condition, dst, src, imm }: Branch): NativeInstruction {
  const left = nativeRegister(dst);
  const wide = bits === 64;
  const to = nameOf(left, bits);
  const name = condition === "set" ? "test" : "cmp";
  if (src !== null) {
    const right = nativeRegister(src);
    return {
      bytes: [...rex(wide, right, left), condition === "set" ? 0x85 : 0x39, registers(right, left)],
      text: `${name} ${to}, ${nameOf(right, bits)}`,
    };
  }
  const text = `${name} ${to}, ${hexadecimal(imm)}`;
  if (condition === "set") return { bytes: [...rex(wide, 0, left), 0xf7, registers(0, left), ...int32(imm)], text };
  if (imm === 0) return { bytes: [...rex(wide, left, left), 0x85, registers(left, left)], text: `test ${to}, ${to}` };
  return fitsByte(imm)
    ? { bytes: [...rex(wide, 0, left), 0x83, registers(7, left), imm & 0xff], text }
    : { bytes: [...rex(wide, 0, left), 0x81, registers(7, left), ...int32(imm)], text };
}

/** @param distance bytes from the jump's end to where it goes. */
export function conditionalJump(condition: Condition, distance: number, to: string): NativeInstruction {
  const [code, name] = CONDITIONS[condition];
  const text = `${name} ${to}`;
  return isShort(distance)
    ? { bytes: [0x70 | code, distance & 0xff], text }
    : { bytes: [0x0f, 0x80 | code, ...int32(distance)], text };
}

export function jump(distance: number, to: string): NativeInstruction {
  const text = `jmp ${to}`;
  return isShort(distance) ? { bytes: [0xeb, distance & 0xff], text } : { bytes: [0xe9, ...int32(distance)], text };
}

function isShort(distance: number): boolean {
  return distance >= -SHORT_REACH && distance <= SHORT_REACH;
}
