import type { Atomic, Load, LoadAcquire, Store, StoreRelease } from "../../isa/instruction.ts";
import { hexadecimal, int32, memory, rex } from "./encoding.ts";
import { type NativeCode, native, notOneToOne } from "./native-code.ts";
import { nameOf, nativeRegister } from "./registers.ts";

const SIZES = { 1: "BYTE", 2: "WORD", 4: "DWORD", 8: "QWORD" } as const;

type Bits = 8 | 16 | 32 | 64;

/** `QWORD PTR [rbp-0x8]` */
function operand(bytes: 1 | 2 | 4 | 8, base: number, offset: number): string {
  const displacement = offset === 0 ? "+0x0" : offset < 0 ? hexadecimal(offset) : `+${hexadecimal(offset)}`;
  return `${SIZES[bytes]} PTR [${nameOf(base, 64)}${displacement}]`;
}

/** Loads of one and two bytes go to all 64 bits, those of four clear the upper half by themselves. Acquiring is free on x86. */
export function load({ dst, src, bytes, offset, ...more }: Load | LoadAcquire): NativeCode {
  const to = nativeRegister(dst);
  const base = nativeRegister(src);
  const signed = "signed" in more && more.signed;
  const opcode = signed
    ? { 1: [0x0f, 0xbe], 2: [0x0f, 0xbf], 4: [0x63], 8: [0x8b] }[bytes]
    : { 1: [0x0f, 0xb6], 2: [0x0f, 0xb7], 4: [0x8b], 8: [0x8b] }[bytes];
  const wide = signed || bytes !== 4;
  const name = signed ? (bytes === 4 ? "movsxd" : "movsx") : bytes <= 2 ? "movzx" : "mov";
  return native({
    bytes: [...rex(wide, to, base), ...opcode, ...memory(to, base, offset)],
    text: `${name} ${nameOf(to, wide ? 64 : 32)}, ${operand(bytes, base, offset)}`,
  });
}

export function store(instruction: Store | StoreRelease): NativeCode {
  const { src, bytes, offset } = instruction;
  const base = nativeRegister(instruction.dst);
  const prefix = bytes === 2 ? [0x66] : [];
  const to = operand(bytes, base, offset);
  if (src !== null) {
    const from = nativeRegister(src);
    // The lowest bytes of rsi, rdi and rbp have names only behind a REX prefix.
    const named = bytes === 1 && from >= 5 && from <= 7;
    return native({
      bytes: [
        ...prefix,
        ...rex(bytes === 8, from, base, named),
        bytes === 1 ? 0x88 : 0x89,
        ...memory(from, base, offset),
      ],
      text: `mov ${to}, ${nameOf(from, (bytes * 8) as Bits)}`,
    });
  }
  const imm = "imm" in instruction ? instruction.imm : 0;
  return native({
    bytes: [
      ...prefix,
      ...rex(bytes === 8, 0, base),
      bytes === 1 ? 0xc6 : 0xc7,
      ...memory(0, base, offset),
      ...int32(imm).slice(0, Math.min(bytes, 4)),
    ],
    text: `mov ${to}, ${hexadecimal(imm)}`,
  });
}

const LOCKED = { add: [0x01], or: [0x09], and: [0x21], xor: [0x31] } as const;

export function atomic({ operation, fetch, bytes, dst, src, offset }: Atomic): NativeCode {
  const base = nativeRegister(dst);
  const from = nativeRegister(src);
  let opcode: readonly number[];
  let name: string;
  if (operation === "cmpxchg" && bytes === 4)
    return notOneToOne("the verifier puts a move of eax behind it where the upper half of R0 is looked at later");
  if (operation === "xchg") [opcode, name] = [[0x87], "xchg"];
  else if (operation === "cmpxchg") [opcode, name] = [[0x0f, 0xb1], "cmpxchg"];
  else if (!fetch) [opcode, name] = [LOCKED[operation], operation];
  else if (operation === "add") [opcode, name] = [[0x0f, 0xc1], "xadd"];
  else
    return notOneToOne(
      "the processor gives the value from before for add and exchange only: this becomes a loop of cmpxchg",
    );
  return native({
    bytes: [0xf0, ...rex(bytes === 8, from, base), ...opcode, ...memory(from, base, offset)],
    text: `lock ${name} ${operand(bytes, base, offset)}, ${nameOf(from, bytes === 8 ? 64 : 32)}`,
  });
}
