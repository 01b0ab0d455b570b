import { ERRNO } from "../maps/errno.ts";
import type { BpfMap } from "../maps/map.ts";
import { MAP_TYPES as T } from "../maps/map-type.ts";

/** What a batch command did. */
export interface BatchResult {
  /** 0, or a negative error number; -ENOENT where a look-up came to the end of the map. */
  readonly errno: number;
  /** Elements that were dealt with, also before an error. */
  readonly count: number;
}

/** What a batch of look-ups gives. */
export interface LookupBatchResult extends BatchResult {
  readonly keys: readonly Uint8Array[];
  readonly values: readonly Uint8Array[];
  /** Where the next batch begins; undefined where the command did not come so far. */
  readonly next: Uint8Array | undefined;
}

/** The commands on single elements that a batch is made of. */
export interface ElementAccess {
  nextKey(key: Uint8Array | undefined): Uint8Array | number;
  lookup(key: Uint8Array): Uint8Array | number;
  delete(key: Uint8Array): number;
}

export type BatchCommand = "lookup" | "take" | "update" | "delete";

const WALKED = ["lookup", "update"] as const;
const WALKED_AND_DELETED = ["lookup", "update", "delete"] as const;
const HASHED = ["lookup", "take", "update", "delete"] as const;

/** Batch commands of each type that has any (`map_*_batch` of its operations). */
const COMMANDS: ReadonlyMap<number, readonly BatchCommand[]> = new Map<number, readonly BatchCommand[]>([
  [T.array, WALKED],
  [T.percpu_array, WALKED],
  [T.array_of_maps, WALKED_AND_DELETED],
  [T.lpm_trie, WALKED_AND_DELETED],
  [T.hash, HASHED],
  [T.percpu_hash, HASHED],
  [T.lru_hash, HASHED],
  [T.lru_percpu_hash, HASHED],
  [T.hash_of_maps, HASHED],
]);

export const hasBatch = (map: BpfMap, command: BatchCommand): boolean =>
  COMMANDS.get(map.definition.type)?.includes(command) ?? false;

/** generic_map_lookup_batch. @param after the key behind which it begins; undefined: the first. */
export function lookupByKeys(commands: ElementAccess, after: Uint8Array | undefined, most: number): LookupBatchResult {
  const keys: Uint8Array[] = [];
  const values: Uint8Array[] = [];
  let last = after;
  let errno = 0;
  while (keys.length < most) {
    const key = commands.nextKey(last);
    if (typeof key === "number") {
      errno = key;
      break;
    }
    last = key;
    const value = commands.lookup(key);
    if (value === -ERRNO.ENOENT) continue;
    if (typeof value === "number") {
      errno = value;
      break;
    }
    keys.push(key);
    values.push(value);
  }
  return { errno, count: keys.length, keys, values, next: keys.at(-1) };
}

/**
 * __htab_map_lookup_and_delete_batch: whole buckets, as many as fit.
 * @param buckets keys of a bucket, in its order; undefined behind the last.
 * @param take deletes what it gives.
 */
export function lookupByBuckets(
  commands: ElementAccess,
  buckets: (number: number) => readonly Uint8Array[] | undefined,
  from: Uint8Array | undefined,
  most: number,
  take: boolean,
): LookupBatchResult {
  const keys: Uint8Array[] = [];
  const values: Uint8Array[] = [];
  let number = from === undefined ? 0 : new DataView(from.buffer, from.byteOffset).getUint32(0, true);
  let errno = 0;
  if (buckets(number) === undefined) return { errno: -ERRNO.ENOENT, count: 0, keys, values, next: undefined };
  for (;;) {
    const bucket = buckets(number);
    if (bucket === undefined) {
      errno = -ERRNO.ENOENT;
      break;
    }
    if (bucket.length > most - keys.length) {
      if (keys.length === 0) errno = -ERRNO.ENOSPC;
      break;
    }
    for (const key of bucket) {
      const value = commands.lookup(key);
      if (typeof value === "number") continue;
      keys.push(key);
      values.push(value);
    }
    if (take) for (const key of bucket) commands.delete(key);
    number++;
  }
  const next = new Uint8Array(4);
  new DataView(next.buffer).setUint32(0, number, true);
  return { errno, count: keys.length, keys, values, next };
}
