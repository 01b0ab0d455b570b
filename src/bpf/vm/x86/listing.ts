import { disassembleInstruction } from "../../isa/disassembler/disassemble.ts";
import type { Instruction } from "../../isa/instruction.ts";
import { layOut, type X86Target } from "./layout.ts";

/** Column at which the native code begins. */
const NATIVE_COLUMN = 40;
const BYTES_COLUMN = NATIVE_COLUMN + 40;

/**
 * A program's instructions beside what Linux's JIT makes of them on x86-64 (6.18, arch/x86/net/bpf_jit_comp.c), with the bytes.
 * It is the code of the instructions as they stand: before that the verifier of a running kernel rewrites some (accesses of
 * the context, helpers that it puts in place, code that is never reached), and the JIT puts a prologue in front. What has no
 * fixed code says so, and why.
 */
export function listX86(
  program: readonly (Instruction | null)[],
  target: X86Target = { bmi2: true, returnThunk: true },
): string {
  const code = layOut(program, target);
  const lines: string[] = [];
  for (const [slot, instruction] of program.entries()) {
    if (instruction === null) continue;
    const left = `${slot}: ${disassembleInstruction(instruction, "kernel")}`;
    const native = code[slot]!;
    if (native.kind === "not-one-to-one") {
      lines.push(`${left.padEnd(NATIVE_COLUMN - 1)} (not one to one: ${native.reason})`);
      continue;
    }
    if (native.instructions.length === 0) lines.push(`${left.padEnd(NATIVE_COLUMN - 1)} (nothing)`);
    for (const [i, { bytes, text }] of native.instructions.entries()) {
      const begin = `${(i === 0 ? left : "").padEnd(NATIVE_COLUMN - 1)} ${text}`;
      lines.push(
        `${begin.padEnd(BYTES_COLUMN - 1)} ${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}
