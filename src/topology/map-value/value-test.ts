import { parseCountTest } from "../quantity/count-test.ts";
import { decodeNumber } from "./decode.ts";
import { type DeviceIndex, encodeValue } from "./encode.ts";
import type { ValueLayout } from "./layout.ts";

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
  return { text, accepts: (value) => value !== undefined && Buffer.compare(bytes, value) === 0 };
}
