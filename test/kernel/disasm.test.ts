import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeProgram } from "../../src/bpf/isa/decode.ts";
import { decodeInstruction } from "../../src/bpf/isa/decode-instruction.ts";
import { disassembleInstruction } from "../../src/bpf/isa/disassembler/disassemble.ts";
import { kernelText } from "../../src/bpf/isa/disassembler/kernel-text.ts";
import { FIELD_NAMES, type Form } from "../../src/bpf/isa/forms/form.ts";
import { HELPER_NAMES } from "../../src/bpf/isa/helper-names.ts";
import type { RawInstruction } from "../../src/bpf/isa/instruction.ts";
import { ALL_FORMS, instructionOf, type Slots, toBytes } from "../bpf/isa/arbitrary-program.ts";
import { loadProgram, running } from "./running.ts";

const SOCKET_FILTER = 1;
const skipped = "missing" in running;
const why = "missing" in running ? `, left out: ${running.missing}` : "";
const load = (bytes: Uint8Array) => {
  if ("missing" in running) throw new Error(running.missing);
  return loadProgram(running, bytes, SOCKET_FILTER);
};

const slot = (opcode: number, dst = 0, src = 0, offset = 0, imm = 0): RawInstruction => ({
  opcode,
  dst,
  src,
  offset,
  imm,
});
const EXIT = slot(0x95);
/**
 * R6 holds the context, which packet loads need, and the others hold numbers, so that the kernel finds no fault with
 * reading them.
 */
const NUMBERS = [slot(0xbf, 6, 1), ...[0, 2, 3, 4, 5, 7, 8, 9].map((dst) => slot(0xb7, dst))];
/** Goes past the instruction under test, so that what follows it can be reached whatever it does. */
const PAST = (slots: number) => slot(0x2d, 10, 1, slots);
const AFTER = Array.from({ length: 16 }, () => slot(0xb7));
const AT = NUMBERS.length + 1;

/** How far a jump under test goes, and a call: to a function of its own after the program. */
const JUMP = 3;
const CALL = AFTER.length + 1;
const distanceOf = (form: Form) => (form.means.kind === "call-local" ? CALL : JUMP);

/** A program around the instruction, which lies in slot AT. */
const programWith = (slots: Slots) => {
  const calls = slots[0]!.opcode === 0x85 && slots[0]!.src === 1 && slots[0]!.imm === CALL;
  const called = calls ? [slot(0xb7), EXIT] : [];
  return toBytes([...NUMBERS, PAST(slots.length), ...slots, ...AFTER, EXIT, ...called]);
};

/** What the log prints of the instruction in slot AT: opcode and text. */
function printed(log: string): string | undefined {
  return new RegExp(`^ *${AT}: (?:[.\\d]{10} )?(\\([0-9a-f]{2}\\) .*?)(?: +;.*)?$`, "m").exec(log)?.[1];
}

/**
 * Forms whose text the kernel shows; it knows no callx, finds maps and kernel functions before it prints, and writes
 * per-CPU addresses itself.
 */
const PRINTED = ALL_FORMS.filter(
  ({ means: { kind } }) => !["reference", "call-kernel", "call-register", "percpu-address"].includes(kind),
);

describe.skipIf(skipped)(`the running kernel's verifier${why}`, () => {
  it("prints each kind of instruction as kernelText does", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PRINTED).chain((form) => instructionOf(form, distanceOf(form))),
        (slots) => {
          const bytes = programWith(slots);
          const instruction = decodeProgram(bytes).instructions[AT]!;
          const { log } = load(bytes);
          const opcode = slots[0]!.opcode.toString(16).padStart(2, "0");
          expect(printed(log), log).toBe(`(${opcode}) ${kernelText(instruction, {}, false)}`);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("prints every form at least once", () => {
    for (const form of PRINTED) {
      const [slots] = fc.sample(instructionOf(form, distanceOf(form)), 1);
      const bytes = programWith(slots!);
      const text = disassembleInstruction(decodeProgram(bytes).instructions[AT]!, "kernel").replace(/ ll$/, "");
      expect(printed(load(bytes).log)?.slice(5)).toBe(text);
    }
  });

  it("gives the helpers the names of the table", () => {
    for (let helper = 0; helper <= HELPER_NAMES.length; helper++) {
      const text = printed(load(programWith([slot(0x85, 0, 0, 0, helper)])).log);
      expect(text).toBe(`(85) call ${HELPER_NAMES[helper] ?? "unknown"}#${helper}`);
    }
  });

  /*
   * One field of a fitting instruction is set to something else; what does not fit any form any more must be refused.
   */
  it("refuses the fields that the forms refuse, with the words that the problem carries", () => {
    const wrong: Record<(typeof FIELD_NAMES)[number], number[]> = {
      dst: [1, 11],
      src: [1, 7, 12],
      offset: [1, 2, -1, 8],
      imm: [1, 0x41, -1, 0x10000],
      nextImm: [1],
    };
    let refused = 0;
    for (const form of ALL_FORMS) {
      if (form.means.kind === "call-register" || form.means.kind === "percpu-address") continue;
      for (const name of FIELD_NAMES) {
        if (name === "nextImm" && form.nextImm === undefined) continue;
        for (const value of wrong[name]) {
          const slots = fitting(form);
          if (name === "nextImm") slots[1]!.imm = value;
          else slots[0]![name] = value;
          const problem = decodeInstruction(slots[0]!, slots[1] ?? EXIT, AT);
          // What the loader looks up, it looks up before the verifier sees reserved fields.
          // Casts need an arena before their registers are looked at.
          if (form.means.kind === "address-space-cast" && (name === "dst" || name === "src")) continue;
          // A call that goes elsewhere is refused for that.
          if (form.means.kind === "call-local" && slots[0]!.imm !== CALL) continue;
          if ("kind" in problem || form.means.kind === "call-kernel" || form.means.kind === "reference") continue;
          const { errno, log } = load(programWith(slots));
          expect(errno, JSON.stringify(slots)).toBe(22);
          expect(log, JSON.stringify(slots)).toContain(problem.kernel);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(900);
  });

  it.each([
    {
      name: "unknown opcodes",
      program: Array.from({ length: 256 }, (_, opcode) => opcode)
        .filter((opcode) => !ALL_FORMS.some((form) => form.opcode === opcode))
        .map((opcode) => [...NUMBERS, slot(opcode), EXIT]),
    },
    {
      name: "a 64-bit immediate without its second half",
      program: [[slot(0x18, 1)], [slot(0x18, 1), slot(0xb7), EXIT]],
    },
    {
      name: "an unknown source of a 64-bit immediate",
      program: [
        [slot(0x18, 1, 7), slot(0), EXIT],
        [slot(0x18, 1, 10), slot(0), EXIT],
      ],
    },
    {
      name: "jumps out of the program",
      program: [
        [slot(0x05, 0, 0, 1), EXIT],
        [slot(0x05, 0, 0, -2), EXIT],
        [slot(0x06, 0, 0, 0, 77), EXIT],
        [slot(0xe5, 0, 0, 5), EXIT],
      ],
    },
    {
      name: "jumps into a 64-bit immediate",
      program: [[slot(0xb7), slot(0x15, 0, 0, 1), slot(0x18, 1), slot(0), EXIT]],
    },
    {
      name: "calls out of the program",
      program: [
        [slot(0x85, 0, 1, 0, 7), EXIT],
        [slot(0x85, 0, 1, 0, -9), EXIT],
      ],
    },
    {
      name: "programs that run past their end",
      program: [
        [EXIT, slot(0xb7)],
        [slot(0xb7), slot(0x15, 0, 0, -2)],
      ],
    },
  ])("refuses $name, with the words that the problem carries", ({ program }) => {
    for (const slots of program) {
      const bytes = toBytes(slots);
      const { problems } = decodeProgram(bytes);
      const { errno, log } = load(bytes);
      expect(errno, JSON.stringify(slots)).toBe(22);
      // The kernel stops at the first problem that it comes upon, which need not be the first of the program.
      expect(
        problems.some(({ kernel }) => kernel !== undefined && log.includes(kernel)),
        log,
      ).toBe(true);
    }
  });

  it("takes any offset of exit, and any upper half of a function's address", () => {
    expect(load(toBytes([slot(0xb7), { ...EXIT, offset: 7 }])).errno).toBe(0);
    const address = [slot(0x18, 1, 4, 0, 3), slot(0, 0, 0, 0, 9), slot(0xb7), EXIT, slot(0xb7), EXIT];
    expect(decodeProgram(toBytes(address)).problems).toEqual([]);
    expect(load(toBytes(address)).log).not.toMatch(/ld_imm64/);
  });
});

/** The simplest instruction of a form. */
function fitting(form: Form): RawInstruction[] {
  const of = (field: Form["dst"], register: number) =>
    field === "register" ? register : typeof field === "string" ? 0 : field[0]!;
  const first = slot(
    form.opcode,
    of(form.dst, 2),
    of(form.src, 3),
    of(form.offset, 0),
    form.means.kind === "call-local" ? CALL : of(form.imm, 0),
  );
  return form.nextImm === undefined ? [first] : [first, slot(0)];
}
