import { QuantityError } from "../quantity/quantity.ts";

/*
 * Numbers as tc(8) reads them, each as the text that the topology's own key for it takes. Fractions are cut off, where the topology would
 * refuse them.
 */

const NUMBER = /^(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)(.*)$/i;

function split(
  text: string,
  noun: string,
  hint: string,
  units: Readonly<Record<string, number>>,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const [, number, unit = ""] = NUMBER.exec(text) ?? [];
  const factor = number === undefined ? undefined : units[unit.toLowerCase()];
  if (number === undefined || factor === undefined) throw new QuantityError(`'${text}' is no ${noun} of tc.`, hint);
  const value = Number(number) * factor;
  if (value > most) throw new QuantityError(`'${text}' is more than fits.`, hint);
  return value;
}

const PREFIXES = ["", "k", "m", "g", "t"];

/** Bits for each unit; whole bytes are meant. */
const RATES = Object.fromEntries([
  ["", 1],
  ...PREFIXES.flatMap((prefix, power) => [
    [`${prefix}bit`, 1000 ** power],
    [`${prefix}bps`, 8 * 1000 ** power],
    ...(power === 0
      ? []
      : [
          [`${prefix}ibit`, 1024 ** power],
          [`${prefix}ibps`, 8 * 1024 ** power],
        ]),
  ]),
]) as Record<string, number>;

/** A rate: 5mbit, 1gbit, 100kbps (bytes!); bare numbers are bits a second. */
export const tcRate = (text: string): string => rate(text);

/** A rate of less than 2^32 bytes a second, where the kernel's interface has no room for more. */
export const tcShortRate = (text: string): string => rate(text, 8 * 0xffff_ffff + 7);

const rate = (text: string, most?: number): string =>
  `${8 * Math.floor(split(text, "rate", "Rates are written 5mbit, or 1mbps for a megabyte a second.", RATES, most) / 8)}bit`;

const SIZES = {
  "": 1,
  b: 1,
  k: 1024,
  kb: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  kbit: 128,
  mbit: 131_072,
  gbit: 134_217_728,
};

/** A size: 1600, 10kb, 1mb, powers of 1024 each. */
export const tcSize = (text: string): number =>
  Math.floor(split(text, "size", "Sizes are written 1600, 10kb or 1mb; these are powers of 1024.", SIZES, 0xffff_ffff));

/** A size and, after a slash, the size of a cell, which nothing depends on any more. */
export const tcSizeAndCell = (text: string): number => tcSize(text.replace(/\/\d+$/, ""));

const named = (factor: number, ...names: readonly string[]) => names.map((name) => [name, factor]);
const TIMES = Object.fromEntries([
  ...named(1e9, "s", "sec", "secs"),
  ...named(1e6, "ms", "msec", "msecs"),
  ...named(1e3, "us", "usec", "usecs"),
]) as Record<string, number>;
const FINE_TIMES = { ...TIMES, ...Object.fromEntries(named(1, "ns", "nsec", "nsecs")) } as Record<string, number>;
const TIME_HINT = "Times are written 50us, 10ms or 1s.";

/** A time in whole microseconds; bare numbers are that. */
export const tcTime = (text: string): string =>
  `${1000 * Math.floor(split(text, "time", TIME_HINT, { ...TIMES, "": 1000 }) / 1000)}ns`;

/** A time in whole microseconds, of which the kernel gets ticks of 64 ns; bare numbers are microseconds. */
export const tcTicks = (text: string): string =>
  `${64 * Math.floor(15.625 * Math.floor(split(text, "time", TIME_HINT, { ...TIMES, "": 1000 }) / 1000))}ns`;

/** A time in nanoseconds; bare numbers are that. */
export const tcFineTime = (text: string): string =>
  `${Math.floor(split(text, "time", TIME_HINT, { ...FINE_TIMES, "": 1 }))}ns`;

/** A share in per cent, with or without the sign. */
export const tcPercent = (text: string): string => {
  const value = split(text, "percentage", "Percentages are written 1% or 0.5%.", { "": 1, "%": 1 });
  if (value > 100) throw new QuantityError(`'${text}' is more than 100%.`, "Percentages are written 1% or 0.5%.");
  return `${value}%`;
};

/** A share of 1, as red has it. */
export const tcShare = (text: string): number => {
  const value = split(text, "probability", "Probabilities are written 0.02.", { "": 1 });
  if (value > 1) throw new QuantityError(`'${text}' is more than 1.`, "Probabilities are written 0.02.");
  return value;
};

/** A whole number, in decimal or after 0x in hexadecimal. */
export const tcInteger = (text: string): number => {
  // As C has it, numbers that begin with 0 are octal.
  const number = /^0[0-7]+$/.test(text)
    ? Number.parseInt(text, 8)
    : /^(0x[0-9a-f]+|0|-?[1-9]\d*)$/i.test(text)
      ? Number(text)
      : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new QuantityError(`'${text}' is no whole number.`, "Write it in decimal, or after 0x in hexadecimal.");
};

/** A whole number in decimal. */
export const tcDecimal = (text: string): number => {
  if (/^\d+$/.test(text) && Number(text) <= 0xffff_ffff) return Number(text);
  throw new QuantityError(`'${text}' is no whole number.`, "Write it in decimal.");
};

/** `root`, which stands for what is above all classes (TC_H_ROOT). */
export const ROOT_CLASSID = 0xffff_ffff;

const CLASSID_HINT = "Write major:minor, both in hexadecimal and at most ffff, as in 1:10.";

/** A class, `1:10`, `:10` or `10`, which all name the minor number 10, `root` or `none` (get_tc_classid). */
export const tcClassid = (text: string): number => {
  if (text === "root") return ROOT_CLASSID;
  if (text === "none") return 0;
  const [, major, minor] = /^(?:0x)?([0-9a-f]*):(?:0x)?([0-9a-f]*)$/i.exec(text) ?? [];
  const [, alone] = /^(?:0x)?([0-9a-f]+)$/i.exec(text) ?? [];
  const parts = alone === undefined ? [major, minor] : ["", alone];
  const [high, low] = parts.map((digits) => (digits === undefined ? Number.NaN : Number.parseInt(digits || "0", 16)));
  if (high! <= 0xffff && low! <= (alone === undefined ? 0xffff : 0xffff_ffff)) return (high! * 0x1_0000 + low!) >>> 0;
  throw new QuantityError(`'${text}' is no class.`, CLASSID_HINT);
};

/** The handle of a discipline, `1:` or `1`; what follows the colon is not read. `none` leaves it to the kernel (get_qdisc_handle). */
export const tcHandle = (text: string): number => {
  if (text === "none") return 0;
  const [, major] = /^(?:0x)?([0-9a-f]+)(?::.*)?$/i.exec(text) ?? [];
  const number = major === undefined ? Number.NaN : Number.parseInt(major, 16);
  if (number <= 0xffff) return number * 0x1_0000;
  throw new QuantityError(`'${text}' is no handle.`, "A handle is a hexadecimal number and a colon, as in 1: or ffe:.");
};

/** A minor number as tc reads it, in hexadecimal with or without 0x. */
export const tcHexadecimal = (text: string): string => {
  const [, digits] = /^(?:0x)?([0-9a-f]{1,8})$/i.exec(text) ?? [];
  if (digits !== undefined) return digits;
  throw new QuantityError(`'${text}' is no minor number.`, "Write it in hexadecimal, as in 30.");
};
