import { parseBitRate } from "../../topology/quantity/bit-rate.ts";
import { parseDuration } from "../../topology/quantity/duration.ts";
import { parseFraction } from "../../topology/quantity/fraction.ts";
import { MissingOption, OptionError } from "../../topology/quantity/option-error.ts";
import { QuantityError } from "../../topology/quantity/quantity.ts";
import { parseSize } from "../../topology/quantity/size.ts";

/** Options of a qdisc, or of one of its classes, read one by one. What is wrong with one is thrown as an OptionError. */
export class Options {
  private readonly values: Readonly<Record<string, unknown>>;
  private readonly classid: number | undefined;

  constructor(values: Readonly<Record<string, unknown>>, classid?: number) {
    this.values = values;
    this.classid = classid;
  }

  /** Bytes a second. */
  rate(key: string): number | undefined {
    const bits = this.read(key, parseBitRate);
    return bits === undefined ? undefined : bits / 8;
  }

  /** Bytes. */
  size(key: string): number | undefined {
    return this.read(key, parseSize);
  }

  /** Nanoseconds. */
  duration(key: string): number | undefined {
    return this.read(key, parseDuration);
  }

  flag(key: string): boolean | undefined {
    const value = this.values[key];
    return typeof value === "boolean" ? value : undefined;
  }

  /** From 0 to 1. */
  fraction(key: string): number | undefined {
    return this.read(key, parseFraction);
  }

  integer(key: string): number | undefined {
    const value = this.values[key];
    // What the schema refuses is told already.
    return Number.isInteger(value) ? (value as number) : undefined;
  }

  numbers(key: string): readonly number[] | undefined {
    const value = this.values[key];
    return Array.isArray(value) && value.every((one) => typeof one === "number") ? value : undefined;
  }

  value(key: string): unknown {
    return this.values[key];
  }

  /** What `parse` makes of the value as text. */
  read<T>(key: string, parse: (text: string) => T): T | undefined {
    const value = this.values[key];
    // What the schema refuses is told already.
    if (value === undefined || value === null || typeof value === "object" || typeof value === "boolean")
      return undefined;
    try {
      return parse(String(value));
    } catch (error) {
      if (error instanceof QuantityError) throw new OptionError(key, error.message, error.hint, this.classid);
      throw error;
    }
  }

  fail(key: string, message: string, hint?: string): never {
    throw new OptionError(key, message, hint, this.classid);
  }

  /** One that the schema requires. */
  need<T>(key: string, value: T | undefined): T {
    if (value === undefined) throw new MissingOption(key);
    return value;
  }
}
