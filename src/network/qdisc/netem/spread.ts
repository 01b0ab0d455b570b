import { DISTRIBUTION_SCALE, DISTRIBUTIONS } from "./distributions.ts";

/**
 * A time about `middle` (tabledist of sch_netem.c).
 * @param drawn 32 bits. @param distribution a key of DISTRIBUTIONS; undefined: evenly as far as `deviation` on both sides.
 */
export function spread(drawn: number, middle: number, deviation: number, distribution: string | undefined): number {
  if (deviation === 0) return middle;
  if (distribution === undefined) return (drawn % (2 * deviation)) + middle - deviation;
  const table = DISTRIBUTIONS[distribution]!();
  const factor = table[drawn % table.length]!;
  const rest = (deviation % DISTRIBUTION_SCALE) * factor;
  const rounded = Math.trunc((rest + (rest >= 0 ? 1 : -1) * (DISTRIBUTION_SCALE / 2)) / DISTRIBUTION_SCALE);
  return rounded + Math.floor(deviation / DISTRIBUTION_SCALE) * factor + middle;
}
