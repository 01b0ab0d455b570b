/** A quantity that is not what its kind allows; the caller knows where it stands. */
export class QuantityError extends Error {
  /** A full sentence on what is possible. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = "QuantityError";
    this.hint = hint;
  }
}

/** Units of one kind by lower-case or exact name, each as an exact multiple of the base unit. */
export type Units = ReadonlyMap<string, bigint>;

/** What a kind of quantity is, for messages and for the exact reading of its numbers. */
export interface QuantityKind {
  /** With its article: `a duration`. */
  readonly noun: string;
  readonly units: Units;
  /** True where `50US` is `50us`. */
  readonly ignoresCase: boolean;
  /** Unit of a bare number; absent: only 0 may stand bare. */
  readonly bareUnit?: string;
  /** What the base unit is called, in the plural. */
  readonly base: string;
  readonly hint: string;
}

/**
 * The quantity in its base unit: exact decimal arithmetic, so `0.1s` is 100,000,000 ns to the last digit. Throws a
 * QuantityError for anything else than a whole, non-negative number of base units below 2^53.
 */
export function parseQuantity(text: string, kind: QuantityKind): number {
  const match = QUANTITY.exec(text);
  if (match === null) throw new QuantityError(`'${text}' is not ${kind.noun}.`, kind.hint);
  const [, sign, number, unit = ""] = match as unknown as [string, string, string, string?];
  const name = kind.ignoresCase ? unit.toLowerCase() : unit;
  const factor = name === "" ? bareFactor(text, number, kind) : kind.units.get(name);
  if (factor === undefined) throw new QuantityError(`'${unit}' in '${text}' is not a unit of ${kind.noun}.`, kind.hint);
  const value = scale(number, factor);
  if (value === undefined) throw new QuantityError(`'${text}' is not a whole number of ${kind.base}.`, kind.hint);
  if (sign === "-" && value !== 0n) throw new QuantityError(`'${text}' is negative.`, kind.hint);
  if (value > MOST)
    throw new QuantityError(
      `'${text}' is more than ${MOST} ${kind.base}.`,
      "That is 2^53 - 1; larger ones are not told apart.",
    );
  return Number(value);
}

const QUANTITY = /^\s*([+-]?)(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)\s*([^\d\s.+-].*?)?\s*$/iu;
const MOST = BigInt(Number.MAX_SAFE_INTEGER);
/** Decimal places beyond which no quantity goes; keeps `1e999999999` from being computed. */
const MOST_PLACES = 60;

function bareFactor(text: string, number: string, { bareUnit, units, noun, hint }: QuantityKind): bigint | undefined {
  if (bareUnit !== undefined) return units.get(bareUnit);
  if (scale(number, 1n) === 0n) return 1n;
  throw new QuantityError(`'${text}' has no unit; ${noun} needs one.`, hint);
}

/** `number` times `factor`, where that is whole. */
export function scale(number: string, factor: bigint): bigint | undefined {
  const { digits, places } = decimal(number);
  if (digits === 0n) return 0n;
  if (Math.abs(places) > MOST_PLACES) return places < 0 ? MOST + 1n : undefined;
  if (places <= 0) return digits * factor * 10n ** BigInt(-places);
  const divisor = 10n ** BigInt(places);
  const product = digits * factor;
  return product % divisor === 0n ? product / divisor : undefined;
}

/** `1.25e1` as 125 with one decimal place. */
function decimal(number: string): { digits: bigint; places: number } {
  const [mantissa, exponent] = number.toLowerCase().split("e") as [string, string?];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string?];
  return { digits: BigInt(`${whole}${fraction}`), places: fraction.length - Number(exponent ?? 0) };
}
