import { parseQuantity, type QuantityKind } from "./quantity.ts";

/** Units of tc(8), and minutes, hours and days. */
const DURATION: QuantityKind = {
  noun: "a duration",
  base: "nanoseconds",
  ignoresCase: true,
  hint: "Durations are written 50us, 1.5s or 2min; the units are ns, us, ms, s, min, h and d.",
  units: new Map([
    ...named(1n, "ns", "nsec", "nsecs"),
    ...named(1_000n, "us", "usec", "usecs", "µs", "μs"),
    ...named(1_000_000n, "ms", "msec", "msecs"),
    ...named(1_000_000_000n, "s", "sec", "secs"),
    ...named(60_000_000_000n, "min", "mins"),
    ...named(3_600_000_000_000n, "h"),
    ...named(86_400_000_000_000n, "d"),
  ]),
};

function named(factor: bigint, ...names: string[]): [string, bigint][] {
  return names.map((name) => [name, factor]);
}

/** Whole nanoseconds from `50us`, `1.5s`, `2min` or `0`. Throws a QuantityError. */
export function parseDuration(text: string): number {
  return parseQuantity(text, DURATION);
}

/** The shortest text that `parseDuration` reads as these nanoseconds: `1.5s`, `50us`, `0s`. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  const [unit, places] =
    nanoseconds >= 1e9 ? ["s", 9] : nanoseconds >= 1e6 ? ["ms", 6] : nanoseconds >= 1e3 ? ["us", 3] : ["ns", 0];
  const digits = String(nanoseconds).padStart(places + 1, "0");
  const fraction = digits.slice(digits.length - places).replace(/0+$/, "");
  return `${digits.slice(0, digits.length - places)}${places === 0 || fraction === "" ? "" : `.${fraction}`}${unit}`;
}
