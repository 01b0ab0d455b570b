import { mapTypeName } from "../../bpf/maps/map-type.ts";
import { fail } from "../../errors.ts";
import { histogramRows } from "../../run/read-histogram.ts";
import type { HistogramResult } from "../../run/result.ts";
import type { ContentOfMap } from "./shown-maps.ts";

/** A logarithm of 64 bits is below this. */
const MOST_ROWS = 64;
/** Bytes by which the values of two processors lie apart are a multiple of this. */
const PER_CPU_STEP = 8;

/**
 * A map whose counts, of 4 or 8 bytes, lie under the logarithms of what was counted, as u32; counts of several processors are added
 * up. Throws a NetsimError where the map is another.
 */
export function histogramOf({ name, type, content }: Pick<ContentOfMap, "name" | "type" | "content">): HistogramResult {
  const { elements, valueSize, perCpu } = content;
  if (valueSize !== 4 && valueSize !== 8) refuse(name, type);
  const counts: number[] = Array(MOST_ROWS).fill(0);
  for (const { key, value } of elements) {
    if (key.length !== 4) refuse(name, type);
    const row = new DataView(key.buffer, key.byteOffset).getUint32(0, true);
    if (row >= MOST_ROWS) continue;
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const step = perCpu ? PER_CPU_STEP : value.length;
    for (let at = 0; at < value.length; at += step)
      counts[row]! += valueSize === 8 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
  }
  return { map: name, title: name, label: "value", rows: histogramRows(counts) };
}

function refuse(name: string, type: number): never {
  return fail(
    "usage",
    `Map '${name}', of type ${mapTypeName(type) ?? type}, has no counts by the logarithm of what was counted.`,
    {
      hint: "Its keys would be numbers of 4 bytes, its values of 4 or 8.",
    },
  );
}
