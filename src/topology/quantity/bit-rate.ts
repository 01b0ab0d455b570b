import { parseQuantity, type QuantityKind } from "./quantity.ts";

/**
 * Units of tc(8), "RATES": `bit` counts bits a second and `bps` bytes a second, so that 100mbps is 800 Mbit/s; k, m, g
 * and t are powers of 1000, ki, mi, gi and ti powers of 1024.
 */
const BIT_RATE: QuantityKind = {
  noun: "a rate",
  base: "bits a second",
  ignoresCase: true,
  bareUnit: "bit",
  hint: "Rates are written 10mbit or 1gbit as tc(8) has them; 1mbps is one million bytes a second, which is 8mbit.",
  units: new Map(
    ["", "k", "m", "g", "t"].flatMap((prefix, power): [string, bigint][] => {
      const decimal = 1000n ** BigInt(power);
      const binary = 1024n ** BigInt(power);
      const units: [string, bigint][] = [
        [`${prefix}bit`, decimal],
        [`${prefix}bps`, 8n * decimal],
      ];
      return power === 0 ? units : [...units, [`${prefix}ibit`, binary], [`${prefix}ibps`, 8n * binary]];
    }),
  ),
};

/** Whole bits a second from `1gbit`, `8kbit`, `100mbps` (bytes!) or a bare number of bits. Throws a QuantityError. */
export function parseBitRate(text: string): number {
  return parseQuantity(text, BIT_RATE);
}

/** The text that `parseBitRate` reads as this rate, with the largest unit that leaves a whole number: `1500mbit`. */
export function formatBitRate(bitsPerSecond: number): string {
  for (const [prefix, factor] of [
    ["t", 1e12],
    ["g", 1e9],
    ["m", 1e6],
    ["k", 1e3],
  ] as const)
    if (bitsPerSecond > 0 && bitsPerSecond % factor === 0) return `${bitsPerSecond / factor}${prefix}bit`;
  return `${bitsPerSecond}bit`;
}
