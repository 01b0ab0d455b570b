import { ATOMIC, CLASS, MODE } from "../opcodes.ts";
import type { FieldName, Form } from "./form.ts";

const READ_MODIFY_WRITE: readonly number[] = [0, ATOMIC.fetch].flatMap((fetch) =>
  [ATOMIC.add, ATOMIC.or, ATOMIC.and, ATOMIC.xor, ATOMIC.xchg, ATOMIC.cmpxchg].map((imm) => imm | fetch),
);

/**
 * What Linux's verifier says of an instruction that is nearest to a form, but sets the fields `wrong` to what they must
 * not hold.
 */
export function refusalOf({ means }: Form, wrong: readonly FieldName[], imm: number): string {
  switch (means.kind) {
    case "alu":
      return means.operation === "mov" ? "BPF_MOV uses reserved fields" : "BPF_ALU uses reserved fields";
    case "move-signed":
    case "percpu-address":
      return "BPF_MOV uses reserved fields";
    case "address-space-cast":
      if (wrong.includes("offset")) return "BPF_MOV uses reserved fields";
      return "addr_space_cast insn can only convert between address space 1 and 0";
    case "negate":
      return "BPF_NEG uses reserved fields";
    case "byte-swap":
      return "BPF_END uses reserved fields";
    case "constant":
    case "reference":
      if (wrong.includes("src") || wrong.includes("nextImm")) return "unrecognized bpf_ld_imm64 insn";
      return "BPF_LD_IMM64 uses reserved fields";
    case "load":
      return "BPF_LDX uses reserved fields";
    case "store":
      return means.register ? "BPF_STX uses reserved fields" : "BPF_ST uses reserved fields";
    case "atomic":
    case "load-acquire":
    case "store-release":
      return READ_MODIFY_WRITE.includes(imm) ? "invalid atomic operand size" : "BPF_ATOMIC uses invalid atomic opcode";
    case "packet-load":
      return "BPF_LD_[ABS|IND] uses reserved fields";
    case "jump":
      return "BPF_JA uses reserved fields";
    case "branch":
      return "BPF_JMP/JMP32 uses reserved fields";
    case "may-goto":
      return "invalid may_goto imm";
    case "call-helper":
    case "call-local":
    case "call-kernel":
      return "BPF_CALL uses reserved fields";
    case "call-register":
      return "unknown opcode 8d";
    case "exit":
      return "BPF_EXIT uses reserved fields";
  }
}

/** What Linux's verifier says of an opcode without forms; it checks LDX before it looks whether the opcode exists. */
export function refusalOfOpcode(opcode: number, imm: number): string {
  const mode = opcode & 0xe0;
  const known = (mode === MODE.mem || mode === MODE.memsx) && imm === 0;
  if ((opcode & 7) === CLASS.ldx && !known) return "BPF_LDX uses reserved fields";
  return `unknown opcode ${opcode.toString(16).padStart(2, "0")}`;
}
