import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROGRAM_TYPES } from "../../../src/bpf/program-type.ts";
import { verify } from "../../../src/bpf/verifier/verify.ts";
import { MAPS_BY_DESCRIPTOR } from "./maps.ts";

/** Instructions that have something right: opcodes that exist, registers that do, small numbers. */
const slot = fc
  .tuple(
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 0, max: 0xbb }),
    fc.integer({ min: -4, max: 4 }),
    fc.integer({ min: -8, max: 110 }),
  )
  .map(([opcode, registers, offset, imm]) => {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, opcode);
    view.setUint8(1, registers);
    view.setInt16(2, offset, true);
    view.setInt32(4, imm, true);
    return bytes;
  });

describe("any bytes get a verdict", () => {
  it.each(PROGRAM_TYPES.map(({ name }) => name))("as %s", (type) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 96 }),
          fc.array(slot, { maxLength: 16 }).map((slots) => Buffer.concat(slots)),
        ),
        (bytes) => {
          const { accepted, error } = verify(Uint8Array.from(bytes), { type, maps: MAPS_BY_DESCRIPTOR });
          expect(accepted).toBe(error === undefined);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("a program type that is not known is the caller's mistake", () => {
    expect(() => verify(new Uint8Array(8), { type: "nonsense" })).toThrow(RangeError);
  });
});
