import { ATOMIC, CLASS, LOAD_IMMEDIATE_64, MODE, PSEUDO, SIZE } from "../opcodes.ts";
import { type Form, form } from "./form.ts";

/**
 * Loads and stores (RFC 9669 section 5; Linux kernel/bpf/verifier.c resolve_pseudo_ldimm64, check_atomic,
 * check_ld_abs).
 */
export function memoryForms(): Form[] {
  const forms: Form[] = [];
  for (const [bytes, size] of [
    [1, SIZE.b],
    [2, SIZE.h],
    [4, SIZE.w],
    [8, SIZE.dw],
  ] as const) {
    const atomic = CLASS.stx | MODE.atomic | size;
    //                                               dst src offset imm
    forms.push(form(CLASS.ldx | MODE.mem | size, /**/ "reg reg any 0", { kind: "load", bytes, signed: false }));
    forms.push(form(CLASS.st | MODE.mem | size, /* */ "reg 0   any any", { kind: "store", bytes, register: false }));
    forms.push(form(CLASS.stx | MODE.mem | size, /**/ "reg reg any 0", { kind: "store", bytes, register: true }));
    forms.push(form(atomic, `reg reg any =${ATOMIC.loadAcquire}`, { kind: "load-acquire", bytes }));
    forms.push(form(atomic, `reg reg any =${ATOMIC.storeRelease}`, { kind: "store-release", bytes }));
    if (bytes >= 4) forms.push(...atomicForms(atomic, bytes as 4 | 8));
    if (bytes === 8) continue;
    forms.push(form(CLASS.ldx | MODE.memsx | size, "reg reg any 0", { kind: "load", bytes, signed: true }));
    forms.push(form(CLASS.ld | MODE.abs | size, /**/ "0 0   0 any", { kind: "packet-load", bytes, register: false }));
    forms.push(form(CLASS.ld | MODE.ind | size, /**/ "0 reg 0 any", { kind: "packet-load", bytes, register: true }));
  }

  //                                                                  dst src      offset imm upper half
  const wide = (src: number, upper: string): [number, string] => [LOAD_IMMEDIATE_64, `reg =${src} 0 any ${upper}`];
  forms.push(form(...wide(PSEUDO.value, "any"), { kind: "constant" }));
  forms.push(form(...wide(PSEUDO["map-fd"], "0"), { kind: "reference", to: "map-fd" }));
  forms.push(form(...wide(PSEUDO["map-value"], "any"), { kind: "reference", to: "map-value" }));
  forms.push(form(...wide(PSEUDO["btf-id"], "any"), { kind: "reference", to: "btf-id" }));
  forms.push(form(...wide(PSEUDO.function, "-"), { kind: "reference", to: "function" }));
  forms.push(form(...wide(PSEUDO["map-index"], "0"), { kind: "reference", to: "map-index" }));
  forms.push(form(...wide(PSEUDO["map-index-value"], "any"), { kind: "reference", to: "map-index-value" }));
  return forms;
}

function atomicForms(opcode: number, bytes: 4 | 8): Form[] {
  const forms: Form[] = [];
  const fields = "reg reg any";
  for (const operation of ["add", "or", "and", "xor"] as const) {
    const imm = ATOMIC[operation];
    forms.push(form(opcode, `${fields} =${imm}`, { kind: "atomic", bytes, operation, fetch: false }));
    forms.push(form(opcode, `${fields} =${imm | ATOMIC.fetch}`, { kind: "atomic", bytes, operation, fetch: true }));
  }
  for (const operation of ["xchg", "cmpxchg"] as const)
    forms.push(form(opcode, `${fields} =${ATOMIC[operation]}`, { kind: "atomic", bytes, operation, fetch: true }));
  return forms;
}
