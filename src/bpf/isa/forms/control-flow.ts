import { CALL, CLASS, JUMP, SOURCE } from "../opcodes.ts";
import { type Form, form } from "./form.ts";

const CONDITIONS = ["eq", "gt", "ge", "set", "ne", "sgt", "sge", "lt", "le", "slt", "sle"] as const;

/** Jumps, calls and exit (RFC 9669 section 4.3; Linux kernel/bpf/verifier.c do_check_insn, check_cond_jmp_op). */
export function controlFlowForms(): Form[] {
  const forms: Form[] = [];
  for (const [bits, cls] of [
    [32, CLASS.jmp32],
    [64, CLASS.jmp],
  ] as const)
    for (const condition of CONDITIONS) {
      const opcode = cls | JUMP[`j${condition}`];
      //                                           dst src offset imm
      forms.push(
        form(opcode | SOURCE.imm, /*   */ "reg 0   any any", { kind: "branch", bits, condition, register: false }),
      );
      forms.push(form(opcode | SOURCE.register, "reg reg any 0", { kind: "branch", bits, condition, register: true }));
    }
  const call = CLASS.jmp | JUMP.call;
  //                                       dst src offset imm
  forms.push(form(CLASS.jmp | JUMP.ja, /*   */ "0 0 any 0", { kind: "jump", far: false }));
  forms.push(form(CLASS.jmp32 | JUMP.ja, /* */ "0 0 0   any", { kind: "jump", far: true }));
  forms.push(form(CLASS.jmp | JUMP.jcond, /**/ "0 0 any 0", { kind: "may-goto" }));
  forms.push(form(call, `0 =${CALL.helper} 0     any`, { kind: "call-helper" }));
  forms.push(form(call, `0 =${CALL.local}  0     any`, { kind: "call-local" }));
  forms.push(form(call, `0 =${CALL.kernel} index any`, { kind: "call-kernel" }));
  forms.push(form(call | SOURCE.register, "reg 0 0 0", { kind: "call-register" }));
  forms.push(form(CLASS.jmp | JUMP.exit, "0 0 - 0", { kind: "exit" }));
  return forms;
}
