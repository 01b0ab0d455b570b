import { fail } from "../errors.ts";
import type { MapTable } from "../programs/map-table.ts";
import { namesHint } from "../topology/check/hints.ts";
import type { HistogramModel, MapModel } from "../topology/model.ts";
import type { HistogramResult, HistogramRow } from "./result.ts";

const ARRAYS: readonly string[] = ["array", "percpu_array"];
const WORDS: readonly number[] = [4, 8];

/** Refuses a histogram of a map that is not there or has no counts by number. */
export function checkHistogram({ map, place }: HistogramModel, maps: MapTable): void {
  const models = [...maps.models];
  const model = models.find(({ name }) => name === map);
  if (model === undefined) {
    const hint = namesHint(
      map,
      models.map(({ name }) => name),
    );
    fail("unknown-reference", `There is no map '${map}'.`, { place, ...(hint !== undefined && { hint }) });
  }
  if (!ARRAYS.includes(model.type) || !WORDS.includes(model.value.size))
    fail("bad-topology", `Map '${map}' has no counts by the logarithm of what was counted.`, {
      place,
      hint: "A histogram is an array of numbers of 4 or 8 bytes.",
    });
}

/** Walks the map as user space does: the count under N is that of values from 2^N to 2^(N+1)-1. */
export function readHistogram({ map, label, title }: HistogramModel, maps: MapTable): HistogramResult {
  const model = [...maps.models].find(({ name }) => name === map)!;
  return { map, title, label, rows: histogramRows(countsOf(model, maps)) };
}

/** Rows for counts by the logarithm of what was counted, up to the highest that is not 0. */
export function histogramRows(counts: readonly number[]): HistogramRow[] {
  const highest = counts.findLastIndex((count) => count > 0);
  return counts.slice(0, highest + 1).map((count, power) => ({
    from: String(2n ** BigInt(power)),
    to: String(2n ** BigInt(power + 1) - 1n),
    count,
  }));
}

function countsOf({ name, maxEntries, value: { size } }: MapModel, maps: MapTable): number[] {
  return Array.from({ length: Math.min(maxEntries, 64) }, (_, power) => {
    const key = Uint8Array.of(power, 0, 0, 0);
    const bytes = maps.lookup(name, key);
    if (bytes === undefined) return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return size === 8 ? Number(view.getBigUint64(0, true)) : view.getUint32(0, true);
  });
}
