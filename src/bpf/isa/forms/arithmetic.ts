import { ADDRESS_SPACE_CAST, ALU, CLASS, PERCPU_ADDRESS, SOURCE } from "../opcodes.ts";
import { type Form, form } from "./form.ts";

const PLAIN = ["add", "sub", "mul", "or", "and", "lsh", "rsh", "xor", "arsh", "div", "mod", "mov"] as const;

/** Arithmetic, moves and byte swaps (RFC 9669 sections 4.1 and 4.2; Linux kernel/bpf/verifier.c check_alu_op). */
export function arithmeticForms(): Form[] {
  const forms: Form[] = [];
  for (const [bits, cls] of [
    [32, CLASS.alu32],
    [64, CLASS.alu64],
  ] as const) {
    for (const operation of PLAIN) {
      const opcode = cls | ALU[operation];
      //                                           dst src offset imm
      forms.push(form(opcode | SOURCE.imm, /*   */ "reg 0   0 any", { kind: "alu", bits, operation, register: false }));
      forms.push(form(opcode | SOURCE.register, "reg reg 0 0", { kind: "alu", bits, operation, register: true }));
    }
    for (const operation of ["sdiv", "smod"] as const) {
      const opcode = cls | (operation === "sdiv" ? ALU.div : ALU.mod);
      forms.push(
        form(opcode | SOURCE.imm, /*   */ "reg 0   =1 any", { kind: "alu", bits, operation, register: false }),
      );
      forms.push(form(opcode | SOURCE.register, "reg reg =1 0", { kind: "alu", bits, operation, register: true }));
    }
    const widths = bits === 32 ? "=8|16" : "=8|16|32";
    forms.push(form(cls | ALU.mov | SOURCE.register, `reg reg ${widths} 0`, { kind: "move-signed", bits }));
    forms.push(form(cls | ALU.neg, "reg 0 0 0", { kind: "negate", bits }));
  }
  const move = CLASS.alu64 | ALU.mov | SOURCE.register;
  forms.push(form(move, `reg reg =${ADDRESS_SPACE_CAST} =1|${1 << 16}`, { kind: "address-space-cast" }));
  forms.push(form(move, `reg reg =${PERCPU_ADDRESS} 0`, { kind: "percpu-address" }));

  const swapped = "reg 0 0 =16|32|64";
  forms.push(form(CLASS.alu32 | ALU.end | SOURCE.imm, swapped, { kind: "byte-swap", order: "le" }));
  forms.push(form(CLASS.alu32 | ALU.end | SOURCE.register, swapped, { kind: "byte-swap", order: "be" }));
  forms.push(form(CLASS.alu64 | ALU.end | SOURCE.imm, swapped, { kind: "byte-swap", order: "swap" }));
  return forms;
}
