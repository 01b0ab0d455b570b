import { QuantityError } from "./quantity.ts";

const HINT = "Fractions are written 0.1% or 0.001; 100% is 1.";

/** A number from 0 to 1 out of `0.1%` or `0.001`. A bare number is a fraction, where tc(8) takes it as a percentage. Throws a QuantityError. */
export function parseFraction(text: string): number {
  const match = FRACTION.exec(text);
  if (match === null) throw new QuantityError(`'${text}' is not a fraction.`, HINT);
  // Shifting the exponent keeps the nearest number, which a division by 100 may miss.
  const [, number, percent] = match;
  const [mantissa, exponent = "0"] = number!.toLowerCase().split("e") as [string, string?];
  const value = Number(`${mantissa}e${Number(exponent) - (percent === undefined ? 0 : 2)}`);
  if (value >= 0 && value <= 1) return value;
  throw new QuantityError(
    `'${text}' is not between 0 and 1.`,
    percent === undefined && value > 1 && value <= 100 ? `For ${number} percent write ${number}%.` : HINT,
  );
}

const FRACTION = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%)?\s*$/i;
