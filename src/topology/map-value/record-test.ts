import { parseCountTest } from "../quantity/count-test.ts";
import type { Readable } from "./decode.ts";

/** What a record should hold. */
export interface RecordTest {
  /** As the file has it. */
  readonly text: string;
  /** @param value undefined where there is no such record. */
  accepts(value: Readable | undefined): boolean;
}

/** There is no such thing. */
export const NOTHING: RecordTest = { text: "absent", accepts: (value) => value === undefined };

/**
 * Reads a test of a record as reports show it: of fields those that are given, of numbers also comparisons, `">= 5"`. Unlike
 * the values of maps it need not know how the record is read, which may be a type of an object. Throws QuantityError.
 */
export function parseRecordTest(wanted: unknown, text: string): RecordTest {
  return { text, accepts: testOf(wanted) };
}

type Test = RecordTest["accepts"];

function testOf(wanted: unknown): Test {
  if (typeof wanted === "object" && wanted !== null && !Array.isArray(wanted)) {
    const fields = Object.entries(wanted).map(([name, part]): [string, Test] => [name, testOf(part)]);
    return (value) =>
      typeof value === "object" &&
      fields.every(([name, accepts]) => Object.hasOwn(value, name) && accepts(value[name]));
  }
  const written = String(wanted);
  if (typeof wanted === "string" && /^\s*[<>=!]|\.\./.test(wanted)) {
    const test = parseCountTest(wanted);
    return (value) => value !== undefined && typeof value !== "object" && test.accepts(Number(value));
  }
  const number = /^-?(\d+|0x[\da-f]+)$/i.test(written) ? numberOf(written) : undefined;
  return (value) => {
    if (value === undefined || typeof value === "object") return false;
    if (String(value) === written) return true;
    return number !== undefined && /^-?\d+$/.test(String(value)) && BigInt(value) === number;
  };
}

const numberOf = (text: string): bigint => (text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text));
