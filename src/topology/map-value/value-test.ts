import { parseCountTest } from "../quantity/count-test.ts";
import { QuantityError } from "../quantity/quantity.ts";
import { decodeNumber } from "./decode.ts";
import { type DeviceIndex, encodeValue } from "./encode.ts";
import type { ValueLayout } from "./layout.ts";
import { programField } from "./redirect-target.ts";

/** What a value of a map should be. */
export interface ValueTest {
  /** As the file has it. */
  readonly text: string;
  /** @param value undefined where the map has no such key. */
  accepts(value: Uint8Array | undefined): boolean;
}

/** No such key. */
export const ABSENT: ValueTest = { text: "absent", accepts: (value) => value === undefined };

/** Reads a test of a value: one that it equals, or of numbers also a comparison, `">= 5"`. Throws QuantityError. */
export function parseValueTest(
  layout: ValueLayout,
  wanted: unknown,
  text: string,
  deviceIndex?: DeviceIndex,
): ValueTest {
  if (typeof wanted === "string" && /^\s*[<>=!]|\.\./.test(wanted) && layout.kind !== "struct") {
    const test = parseCountTest(wanted);
    return {
      text: test.text,
      accepts: (value) => {
        const number = value === undefined ? undefined : decodeNumber(layout, value);
        return number !== undefined && test.accepts(Number(number));
      },
    };
  }
  const bytes = encodeValue(layout, wanted, deviceIndex);
  const program = programField(layout);
  if (program === undefined)
    return { text, accepts: (value) => value !== undefined && Buffer.compare(bytes, value) === 0 };
  if (Object.hasOwn(Object(wanted), program.name))
    throw new QuantityError(
      `Which program a value has in '${program.name}' is not tested.`,
      "Leave it out: the other fields are.",
    );
  return {
    text,
    accepts: (value) =>
      value !== undefined && Buffer.compare(bytes, value.slice().fill(0, program.offset, program.offset + 4)) === 0,
  };
}
