import { ERRNO } from "../maps/errno.ts";
import { HashedMap } from "../maps/hash/hashed-map.ts";
import type { BpfMap } from "../maps/map.ts";
import { UPDATE_FLAG } from "../maps/map-type.ts";
import { hasLock } from "../maps/value-copy.ts";
import {
  type BatchCommand,
  type BatchResult,
  type ElementAccess,
  hasBatch,
  type LookupBatchResult,
  lookupByBuckets,
  lookupByKeys,
} from "./batch.ts";
import { ElementCommands } from "./element-commands.ts";

/** Commands of bpf(2) on many elements of a map at once. */
export abstract class BatchCommands extends ElementCommands {
  /**
   * BPF_MAP_LOOKUP_BATCH: at most `count` elements.
   * @param from `next` of the batch before; undefined: the beginning.
   */
  lookupBatch(descriptor: number, from: Uint8Array | undefined, count: number, flags = 0): LookupBatchResult {
    return this.readBatch(descriptor, "lookup", from, count, flags);
  }

  /** BPF_MAP_LOOKUP_AND_DELETE_BATCH. */
  takeBatch(descriptor: number, from: Uint8Array | undefined, count: number, flags = 0): LookupBatchResult {
    return this.readBatch(descriptor, "take", from, count, flags);
  }

  private readBatch(
    descriptor: number,
    command: "lookup" | "take",
    from: Uint8Array | undefined,
    count: number,
    flags: number,
  ): LookupBatchResult {
    const none = { count: 0, keys: [], values: [], next: undefined };
    const map = this.mapForBatch(descriptor, command, flags);
    if (typeof map === "number") return { errno: map, ...none };
    if (count === 0) return { errno: 0, ...none };
    const commands: ElementAccess = {
      nextKey: (key) => this.nextKey(descriptor, key),
      lookup: (key) => this.lookup(descriptor, key, flags),
      delete: (key) => this.delete(descriptor, key),
    };
    if (!(map instanceof HashedMap)) return lookupByKeys(commands, from, count);
    return lookupByBuckets(commands, (number) => map.keysOfBucket(number), from, count, command === "take");
  }

  /** BPF_MAP_UPDATE_BATCH. */
  updateBatch(descriptor: number, keys: readonly Uint8Array[], values: readonly Uint8Array[], flags = 0): BatchResult {
    return this.writeBatch(descriptor, "update", flags, keys.length, (i) =>
      this.update(descriptor, keys[i], values[i]!, flags),
    );
  }

  /** BPF_MAP_DELETE_BATCH. */
  deleteBatch(descriptor: number, keys: readonly Uint8Array[], flags = 0): BatchResult {
    return this.writeBatch(descriptor, "delete", flags, keys.length, (i) => this.delete(descriptor, keys[i]));
  }

  private writeBatch(
    descriptor: number,
    command: BatchCommand,
    flags: number,
    elements: number,
    act: (element: number) => number,
  ): BatchResult {
    const map = this.mapForBatch(descriptor, command, flags);
    if (typeof map === "number") return { errno: map, count: 0 };
    for (let count = 0; count < elements; count++) {
      const errno = act(count);
      if (errno !== 0) return { errno, count };
    }
    return { errno: 0, count: elements };
  }

  private mapForBatch(descriptor: number, command: BatchCommand, flags: number): BpfMap | number {
    const access = { reads: command === "lookup" || command === "take", writes: command !== "lookup" };
    return this.withMap(descriptor, access, ({ map }) => {
      if (!hasBatch(map, command)) return -ERRNO.ENOTSUPP;
      if ((flags & ~UPDATE_FLAG.LOCK) !== 0) return -ERRNO.EINVAL;
      return (flags & UPDATE_FLAG.LOCK) !== 0 && !hasLock(map.definition) ? -ERRNO.EINVAL : map;
    });
  }
}
