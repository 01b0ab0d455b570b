import type { RawInstruction } from "../instruction.ts";
import { REGISTERS } from "../opcodes.ts";
import type { DecodeProblem } from "../problem.ts";
import { FIELD_NAMES, type Field, type FieldName, type Form } from "./form.ts";
import { refusalOf, refusalOfOpcode } from "./refusal.ts";

const WORDS: Record<FieldName, string> = {
  dst: "destination register",
  src: "source register",
  offset: "offset",
  imm: "immediate",
  nextImm: "immediate's upper half",
};

/** Does the instruction fit the form? `next` is the second slot of a 64-bit immediate load. */
export function fits(form: Form, raw: RawInstruction, next: RawInstruction): boolean {
  return (
    allows(form.dst, raw.dst) &&
    allows(form.src, raw.src) &&
    allows(form.offset, raw.offset) &&
    allows(form.imm, raw.imm) &&
    (form.nextImm === undefined || (allows(form.nextImm, next.imm) && isSecondSlot(next)))
  );
}

function allows(field: Field, value: number): boolean {
  if (field === "any" || field === "ignored") return true;
  if (field === "zero") return value === 0;
  if (field === "register") return value < REGISTERS;
  if (field === "index") return value >= 0;
  return field.includes(value);
}

function isSecondSlot(next: RawInstruction): boolean {
  return next.opcode === 0 && next.dst === 0 && next.src === 0 && next.offset === 0;
}

/** Says what is wrong with an instruction that fits none of its opcode's forms. */
export function describeMisfit(
  forms: readonly Form[],
  raw: RawInstruction,
  next: RawInstruction,
  index: number,
): DecodeProblem {
  const opcode = raw.opcode.toString(16).padStart(2, "0");
  if (forms.length === 0)
    return {
      index,
      message: `Instruction ${index} has opcode 0x${opcode}, which does not exist.`,
      kernel: refusalOfOpcode(raw.opcode, raw.imm),
    };
  if (forms[0]!.nextImm !== undefined && !isSecondSlot(next))
    return {
      index,
      message: `Instruction ${index} loads a 64-bit immediate, but what follows is not its second half: only the immediate of that may be set.`,
      kernel: "invalid bpf_ld_imm64 insn",
    };

  const values = { dst: raw.dst, src: raw.src, offset: raw.offset, imm: raw.imm, nextImm: next.imm };
  const wrongIn = (form: Form): FieldName[] => FIELD_NAMES.filter((name) => !allows(form[name] ?? "any", values[name]));
  const best = forms.reduce((a, b) => (misfit(wrongIn(b)) < misfit(wrongIn(a)) ? b : a));
  const wrong = wrongIn(best);
  // Several forms may be one field away, each with its own values for that field: all of these are possible.
  const possible = (name: FieldName): Field[] => {
    const near = forms.filter((form) => wrongIn(form).join() === wrong.join());
    return near.map((form) => form[name] ?? "any");
  };
  const parts = wrong.map(
    (name) => `its ${WORDS[name]} is ${values[name]}, but must be ${describeFields(possible(name))}`,
  );
  // Linux looks at reserved fields first.
  const onlyRegisters = wrong.every((name) => best[name] === "register") && best.means.kind !== "call-register";
  return {
    index,
    message: `Instruction ${index} (opcode 0x${opcode}): ${parts.join("; ")}.`,
    kernel: onlyRegisters ? `R${values[wrong[0]!]} is invalid` : refusalOf(best, wrong, raw.imm),
  };
}

/**
 * Rank of a form among those that do not fit, 0 for a fit: source and offset weigh more, as they tell operations apart.
 */
function misfit(wrong: readonly FieldName[]): number {
  return wrong.reduce((sum, name) => sum + (name === "src" || name === "offset" ? 3 : 2), 0);
}

function describeFields(fields: readonly Field[]): string {
  if (fields.includes("register")) return `a register from 0 to ${REGISTERS - 1}`;
  if (fields.includes("index")) return "0 or more";
  const numbers = fields.flatMap((field) => (field === "zero" ? [0] : typeof field === "string" ? [] : field));
  const sorted = [...new Set(numbers)].sort((a, b) => a - b).map(String);
  return sorted.length < 2 ? sorted.join() : `${sorted.slice(0, -1).join(", ")} or ${sorted.at(-1)}`;
}
