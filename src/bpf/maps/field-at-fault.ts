import { checkCreation } from "./creation-check.ts";
import type { MapDefinition } from "./definition.ts";
import { CREATE_FLAG } from "./map-type.ts";

type Field = "keySize" | "valueSize" | "maxEntries" | "flags";

/** A field of a map's definition that keeps Linux from making the map, and a value with which it would. */
export interface FieldAtFault {
  readonly field: Field;
  readonly instead: number;
}

/** What is tried in a field's place: usual values, the most usual first. */
const TRIED: readonly (readonly [Field, readonly number[]])[] = [
  ["flags", [0, CREATE_FLAG.NO_PREALLOC]],
  ["keySize", [4, 8, 0, 16]],
  ["valueSize", [4, 8, 0, 256, 4096]],
  ["maxEntries", [1, 4096, 0]],
];

/** The one field whose change would make a map that Linux refuses; undefined where more than one is wrong. */
export function fieldAtFault(map: MapDefinition): FieldAtFault | undefined {
  for (const [field, values] of TRIED)
    for (const instead of values)
      if (instead !== map[field] && checkCreation({ ...map, [field]: instead }) === 0) return { field, instead };
  return undefined;
}
