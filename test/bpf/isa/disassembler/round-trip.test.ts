import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { disassemble } from "../../../../src/bpf/isa/disassembler/disassemble.ts";
import { ALL_FORMS, anyProgram, instructionOf, toBytes } from "../arbitrary-program.ts";

const STYLES = (["kernel", "llvm", "mnemonic"] as const).flatMap((syntax) =>
  [false, true].flatMap((numbers) => [false, true].map((opcodes) => ({ syntax, numbers, opcodes }))),
);

describe.each(STYLES)("text in $syntax syntax, numbers: $numbers, opcodes: $opcodes", (options) => {
  it("becomes the same bytes, and these the same text", () => {
    fc.assert(
      fc.property(anyProgram, (bytes) => {
        const text = disassemble(bytes, options);
        const again = assembleExtended(text);
        expect(Buffer.from(again.bytes).toString("hex"), text).toBe(Buffer.from(bytes).toString("hex"));
        expect(disassemble(again.bytes, options)).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it("says every distance that a field holds, also out of the program", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ALL_FORMS).chain((form) => instructionOf(form)),
        (slots) => {
          const bytes = toBytes(slots);
          const text = disassemble(bytes, options);
          expect(Buffer.from(assembleExtended(text).bytes).toString("hex"), text).toBe(
            Buffer.from(bytes).toString("hex"),
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  it("keeps what is no program", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 8, maxLength: 64 }), (values) => {
        const bytes = Uint8Array.from(values.slice(0, values.length & ~7));
        // The text of exit does not say its offset, which means nothing.
        for (let at = 0; at < bytes.length; at += 8) if (bytes[at] === 0x95) bytes[at] = 0x94;
        const text = disassemble(bytes, options);
        expect(Buffer.from(assembleExtended(text).bytes).toString("hex"), text).toBe(
          Buffer.from(bytes).toString("hex"),
        );
      }),
      { numRuns: 100 },
    );
  });
});
