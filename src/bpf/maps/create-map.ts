import { ArenaMap } from "./arena-map.ts";
import { ArrayMap } from "./array-map.ts";
import { BloomFilterMap } from "./bloom-filter-map.ts";
import { CgroupArrayMap } from "./cgroup-array-map.ts";
import { CgroupStorageMap } from "./cgroup-storage-map.ts";
import { CpuMap } from "./cpu-map.ts";
import { checkCreation } from "./creation-check.ts";
import type { MapDefinition } from "./definition.ts";
import { DeviceHashMap } from "./device-hash-map.ts";
import { DeviceMap } from "./device-map.ts";
import { ERRNO } from "./errno.ts";
import { HashMap } from "./hash/hash-map.ts";
import { PercpuHashMap } from "./hash/percpu-hash-map.ts";
import { LocalStorageMap } from "./local-storage-map.ts";
import { LpmTrieMap } from "./lpm/lpm-trie-map.ts";
import { LruHashMap } from "./lru/lru-hash-map.ts";
import { LruPercpuHashMap } from "./lru/lru-percpu-hash-map.ts";
import type { BpfMap } from "./map.ts";
import { ArrayOfMaps, HashOfMaps } from "./map-of-maps.ts";
import type { MapPlace } from "./map-place.ts";
import { type MapTypeName, mapTypeName } from "./map-type.ts";
import { PercpuArrayMap } from "./percpu-array-map.ts";
import { PerfEventArrayMap } from "./perf-event-array-map.ts";
import { ProgramArrayMap } from "./program-array-map.ts";
import { QueueMap } from "./queue-map.ts";
import { ReuseportMap } from "./reuseport-map.ts";
import { RingBufferMap } from "./ring-buffer-map.ts";
import { SocketHashMap } from "./socket-hash-map.ts";
import { SocketMap } from "./socket-map.ts";
import { StackTraceMap } from "./stack-trace-map.ts";
import { UserRingBufferMap } from "./user-ring-buffer-map.ts";
import { XskMap } from "./xsk-map.ts";

type MapClass = new (definition: MapDefinition, place: MapPlace) => BpfMap;

const CLASSES: Readonly<Record<Exclude<MapTypeName, "array_of_maps" | "hash_of_maps">, MapClass>> = {
  arena: ArenaMap,
  array: ArrayMap,
  bloom_filter: BloomFilterMap,
  cgroup_array: CgroupArrayMap,
  cgroup_storage: CgroupStorageMap,
  cgrp_storage: LocalStorageMap,
  cpumap: CpuMap,
  devmap: DeviceMap,
  devmap_hash: DeviceHashMap,
  hash: HashMap,
  inode_storage: LocalStorageMap,
  lpm_trie: LpmTrieMap,
  lru_hash: LruHashMap,
  lru_percpu_hash: LruPercpuHashMap,
  percpu_array: PercpuArrayMap,
  percpu_cgroup_storage: CgroupStorageMap,
  percpu_hash: PercpuHashMap,
  perf_event_array: PerfEventArrayMap,
  prog_array: ProgramArrayMap,
  queue: QueueMap,
  reuseport_sockarray: ReuseportMap,
  ringbuf: RingBufferMap,
  sk_storage: LocalStorageMap,
  sockhash: SocketHashMap,
  sockmap: SocketMap,
  stack: QueueMap,
  stack_trace: StackTraceMap,
  task_storage: LocalStorageMap,
  user_ringbuf: UserRingBufferMap,
  xskmap: XskMap,
};

/**
 * Makes a map, or gives the negative error number that Linux refuses it with; -ENOMEM where the machine's memory is used up.
 * @param inner for maps of maps: what their maps are like, or the error number of finding that out.
 */
export function createMap(
  definition: MapDefinition,
  place: MapPlace,
  inner: MapDefinition | number = -ERRNO.EBADF,
): BpfMap | number {
  const errno = checkCreation(definition);
  if (errno !== 0) return errno;
  try {
    return build(definition, place, inner);
  } catch (error) {
    if (error instanceof RangeError) return -ERRNO.ENOMEM;
    throw error;
  }
}

function build(definition: MapDefinition, place: MapPlace, inner: MapDefinition | number): BpfMap | number {
  const name = mapTypeName(definition.type)!;
  if (name !== "array_of_maps" && name !== "hash_of_maps") return new CLASSES[name](definition, place);
  if (typeof inner === "number") return inner;
  return name === "array_of_maps"
    ? new ArrayOfMaps(definition, place, inner)
    : new HashOfMaps(definition, place, inner);
}
