import { describeMisfit, fits } from "./forms/check.ts";
import type { Form } from "./forms/form.ts";
import { FORMS } from "./forms/table.ts";
import type { Instruction, RawInstruction } from "./instruction.ts";
import type { DecodeProblem } from "./problem.ts";

/** Decodes one instruction; `next` is the slot after it, which matters to 64-bit immediate loads only. */
export function decodeInstruction(
  raw: RawInstruction,
  next: RawInstruction,
  index: number,
): Instruction | DecodeProblem {
  const forms = FORMS[raw.opcode]!;
  for (const form of forms) if (fits(form, raw, next)) return construct(form, raw, next, index);
  return describeMisfit(forms, raw, next, index);
}

function construct({ means }: Form, raw: RawInstruction, next: RawInstruction, index: number): Instruction {
  const { dst, src, offset, imm } = raw;
  switch (means.kind) {
    case "alu":
      return {
        kind: "alu",
        index,
        bits: means.bits,
        operation: means.operation,
        dst,
        src: means.register ? src : null,
        imm,
      };
    case "negate":
      return { kind: "negate", index, bits: means.bits, dst };
    case "move-signed":
      return { kind: "move-signed", index, bits: means.bits, from: offset as 8 | 16 | 32, dst, src };
    case "byte-swap":
      return { kind: "byte-swap", index, order: means.order, bits: imm as 16 | 32 | 64, dst };
    case "address-space-cast":
      return { kind: "address-space-cast", index, dst, src, to: imm >>> 16, from: imm & 0xffff };
    case "percpu-address":
      return { kind: "percpu-address", index, dst, src };
    case "constant":
      return { kind: "constant", index, dst, value: (BigInt(next.imm >>> 0) << 32n) | BigInt(imm >>> 0) };
    case "reference":
      return { kind: "reference", index, to: means.to, dst, imm, nextImm: next.imm };
    case "load":
      return { kind: "load", index, bytes: means.bytes, signed: means.signed, dst, src, offset };
    case "store":
      return { kind: "store", index, bytes: means.bytes, dst, src: means.register ? src : null, imm, offset };
    case "atomic":
      return {
        kind: "atomic",
        index,
        bytes: means.bytes,
        operation: means.operation,
        fetch: means.fetch,
        dst,
        src,
        offset,
      };
    case "load-acquire":
      return { kind: "load-acquire", index, bytes: means.bytes, dst, src, offset };
    case "store-release":
      return { kind: "store-release", index, bytes: means.bytes, dst, src, offset };
    case "packet-load":
      return { kind: "packet-load", index, bytes: means.bytes, src: means.register ? src : null, imm };
    case "jump":
      return { kind: "jump", index, far: means.far, target: index + 1 + (means.far ? imm : offset) };
    case "branch":
      return {
        kind: "branch",
        index,
        bits: means.bits,
        condition: means.condition,
        dst,
        src: means.register ? src : null,
        imm,
        target: index + 1 + offset,
      };
    case "may-goto":
      return { kind: "may-goto", index, target: index + 1 + offset };
    case "call-helper":
      return { kind: "call-helper", index, helper: imm };
    case "call-local":
      return { kind: "call-local", index, target: index + 1 + imm };
    case "call-kernel":
      return { kind: "call-kernel", index, btfId: imm, module: offset };
    case "call-register":
      return { kind: "call-register", index, register: dst };
    case "exit":
      return { kind: "exit", index };
  }
}
