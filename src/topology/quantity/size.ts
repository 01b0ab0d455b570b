import { parseQuantity, type QuantityKind } from "./quantity.ts";

/** Units of IEC 80000-13. `kb` and `KB` mean 1000 to some and 1024 to others, tc(8) among these, so they are refused. */
const SIZE: QuantityKind = {
  noun: "a size",
  base: "bytes",
  ignoresCase: false,
  bareUnit: "B",
  hint: "Sizes are written 1500, 64kB or 1MiB: kB, MB and GB are powers of 1000, KiB, MiB and GiB powers of 1024.",
  units: new Map([
    ["B", 1n],
    ["kB", 1000n],
    ["MB", 1000n ** 2n],
    ["GB", 1000n ** 3n],
    ["KiB", 1024n],
    ["MiB", 1024n ** 2n],
    ["GiB", 1024n ** 3n],
  ]),
};

/** Whole bytes from `1500`, `64kB` or `1MiB`. Throws a QuantityError. */
export function parseSize(text: string): number {
  return parseQuantity(text, SIZE);
}
