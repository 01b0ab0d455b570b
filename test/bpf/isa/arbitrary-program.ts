import fc from "fast-check";
import type { Field, Form } from "../../../src/bpf/isa/forms/form.ts";
import { FORMS } from "../../../src/bpf/isa/forms/table.ts";
import type { RawInstruction } from "../../../src/bpf/isa/instruction.ts";
import { writeRaw } from "../../../src/bpf/isa/raw.ts";

/** An instruction of one slot, or of two. */
export type Slots = readonly RawInstruction[];

/** Every form of every opcode. */
export const ALL_FORMS: readonly Form[] = FORMS.flat();

const EXIT: RawInstruction = { opcode: 0x95, dst: 0, src: 0, offset: 0, imm: 0 };
const BOUNDARIES_16 = [0, 1, -1, 8, -8, 0x7fff, -0x8000];
const BOUNDARIES_32 = [0, 1, -1, 2, 211, 0x7fff_ffff, -0x8000_0000];

function value(field: Field, bits: 16 | 32): fc.Arbitrary<number> {
  if (field === "zero" || field === "ignored") return fc.constant(0);
  if (field === "register") return fc.integer({ min: 0, max: 10 });
  if (field === "index") return fc.integer({ min: 0, max: 0x7fff });
  if (field !== "any") return fc.constantFrom(...field);
  const limit = 2 ** (bits - 1);
  return fc.oneof(
    fc.constantFrom(...(bits === 16 ? BOUNDARIES_16 : BOUNDARIES_32)),
    fc.integer({ min: -limit, max: limit - 1 }),
  );
}

/** An instruction of the form. Where it names a target, that is `distance`. */
export function instructionOf(form: Form, distance?: number): fc.Arbitrary<Slots> {
  const { kind } = form.means;
  const jumps = kind === "jump" || kind === "branch" || kind === "may-goto" || kind === "call-local";
  const fixed = jumps || (kind === "reference" && form.means.to === "function") ? distance : undefined;
  const near = (field: Field, bits: 16 | 32, targets: boolean): fc.Arbitrary<number> =>
    targets && fixed !== undefined ? fc.constant(fixed) : value(field, bits);
  const far = kind === "reference" || kind === "call-local" || (kind === "jump" && form.means.far);
  return fc
    .record({
      dst: value(form.dst, 16),
      src: value(form.src, 16),
      offset: near(form.offset, 16, !far),
      imm: near(form.imm, 32, far),
      nextImm: value(form.nextImm ?? "zero", 32),
    })
    .map(({ nextImm, ...fields }) => {
      const first = { opcode: form.opcode, ...fields };
      return form.nextImm === undefined ? [first] : [first, { opcode: 0, dst: 0, src: 0, offset: 0, imm: nextImm }];
    });
}

/** A program of any instructions, whose jumps go to the next instruction; it ends in exit. */
export const anyProgram: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.constantFrom(...ALL_FORMS).chain((form) => instructionOf(form, form.nextImm === undefined ? 0 : 1)),
    { maxLength: 40 },
  )
  .map((list) => toBytes([...list.flat(), EXIT]));

/** Instructions as they lie in memory. */
export function toBytes(slots: Slots): Uint8Array {
  const bytes = new Uint8Array(slots.length * 8);
  slots.forEach((raw, index) => {
    writeRaw(bytes, index, raw);
  });
  return bytes;
}
