import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { CREATE_FLAG as F, type MapTypeName, mapTypeName } from "./map-type.ts";
import { checkObjectMap, type ObjectMapName } from "./object-map-check.ts";

/** Bytes that the kernel allocates at once at most (KMALLOC_MAX_SIZE on x86-64). */
const LARGEST_ALLOCATION = 4 << 20;
/** PCPU_MIN_UNIT_SIZE */
const LARGEST_PERCPU_VALUE = 32 << 10;
/** sizeof(struct htab_elem) on x86-64. */
const HASH_ELEMENT_BYTES = 48;
/** sizeof(struct lpm_trie_node) on x86-64. */
const TRIE_NODE_BYTES = 40;
const MOST_BUCKETS = 2 ** 27;
const TRIE_DATA = { least: 1, most: 256, length: 4 } as const;
const PAGE = 4096;
/** Hash functions of a bloom filter are 4 bits of `map_extra`. */
const MOST_HASHES = 15;

const ACCESS = F.RDONLY | F.WRONLY | F.RDONLY_PROG | F.WRONLY_PROG;
const ARRAY_FLAGS = F.NUMA_NODE | F.MMAPABLE | F.PRESERVE_ELEMS | F.INNER_MAP | ACCESS;
const HASH_FLAGS = F.NO_PREALLOC | F.NO_COMMON_LRU | F.NUMA_NODE | F.ZERO_SEED | ACCESS;
const ARENA_FLAGS = F.SEGV_ON_FAULT | F.MMAPABLE | F.NO_USER_CONV;

const isPercpu = (name: MapTypeName): boolean => name.includes("percpu");

/** 0, or why Linux makes no such map: the checks of map_create and of each type's map_alloc_check, in their order. */
export function checkCreation(map: MapDefinition): number {
  const both = (flags: number): boolean => (map.flags & flags) === flags;
  const name = mapTypeName(map.type);
  if (name !== "bloom_filter" && name !== "arena" && (map.extra ?? 0) !== 0) return -ERRNO.EINVAL;
  if (both(F.RDONLY | F.WRONLY)) return -ERRNO.EINVAL;
  if (hasNode(map) && (map.numaNode ?? 0) !== 0) return -ERRNO.EINVAL;
  if (name === undefined) return -ERRNO.EINVAL;
  switch (name) {
    case "array":
    case "percpu_array":
      return checkArray(name, map);
    case "prog_array":
    case "array_of_maps":
    case "perf_event_array":
    case "cgroup_array":
      if (map.valueSize !== 4 || (map.flags & (F.RDONLY_PROG | F.WRONLY_PROG)) !== 0) return -ERRNO.EINVAL;
      return checkArray(name, map);
    case "reuseport_sockarray":
      if (map.valueSize !== 4 && map.valueSize !== 8) return -ERRNO.EINVAL;
      return checkArray(name, map);
    case "hash_of_maps":
      return map.valueSize === 4 ? checkHash(name, map) : -ERRNO.EINVAL;
    case "hash":
    case "percpu_hash":
    case "lru_hash":
    case "lru_percpu_hash":
      return checkHash(name, map);
    case "lpm_trie":
      return checkTrie(map);
    case "queue":
    case "stack":
      return checkQueue(map);
    case "bloom_filter":
      return checkBloomFilter(map);
    case "ringbuf":
    case "user_ringbuf":
      return checkRing(map);
    case "arena":
      return checkArena(map);
    default:
      return checkObjectMap(name satisfies ObjectMapName, map);
  }
}

/** NUMA_NO_NODE as user space gives it. */
const NO_NODE = 0xffff_ffff;

/** The map is to lie at a certain memory node. */
const hasNode = ({ flags, numaNode = 0 }: MapDefinition): boolean =>
  (flags & F.NUMA_NODE) !== 0 && numaNode >>> 0 !== NO_NODE;

/** Programs may not both only read and only write (bpf_map_flags_access_ok). */
export const programAccessFits = (flags: number): boolean =>
  (flags & (F.RDONLY_PROG | F.WRONLY_PROG)) !== (F.RDONLY_PROG | F.WRONLY_PROG);

function checkArray(name: MapTypeName, map: MapDefinition): number {
  const { keySize, valueSize, maxEntries, flags } = map;
  if (maxEntries === 0 || keySize !== 4 || valueSize === 0 || (flags & ~ARRAY_FLAGS) !== 0) return -ERRNO.EINVAL;
  if (!programAccessFits(flags)) return -ERRNO.EINVAL;
  if (name === "percpu_array" && hasNode(map)) return -ERRNO.EINVAL;
  if (name !== "array" && (flags & (F.MMAPABLE | F.INNER_MAP)) !== 0) return -ERRNO.EINVAL;
  if (name !== "perf_event_array" && (flags & F.PRESERVE_ELEMS) !== 0) return -ERRNO.EINVAL;
  if (valueSize > 0x7fff_ffff) return -ERRNO.E2BIG;
  return isPercpu(name) && valueSize > LARGEST_PERCPU_VALUE ? -ERRNO.E2BIG : 0;
}

function checkHash(name: MapTypeName, map: MapDefinition): number {
  const { keySize, valueSize, maxEntries, flags } = map;
  const lru = name.startsWith("lru");
  if ((flags & ~HASH_FLAGS) !== 0 || !programAccessFits(flags)) return -ERRNO.EINVAL;
  if (!lru && (flags & F.NO_COMMON_LRU) !== 0) return -ERRNO.EINVAL;
  if (lru && (flags & F.NO_PREALLOC) !== 0) return -ERRNO.ENOTSUPP;
  if (hasNode(map) && (isPercpu(name) || (flags & F.NO_COMMON_LRU) !== 0)) return -ERRNO.EINVAL;
  if (maxEntries === 0 || keySize === 0 || valueSize === 0) return -ERRNO.EINVAL;
  if (keySize + valueSize >= LARGEST_ALLOCATION - HASH_ELEMENT_BYTES) return -ERRNO.E2BIG;
  if (isPercpu(name) && valueSize > LARGEST_PERCPU_VALUE) return -ERRNO.E2BIG;
  return maxEntries > MOST_BUCKETS ? -ERRNO.E2BIG : 0;
}

function checkTrie({ keySize, valueSize, maxEntries, flags }: MapDefinition): number {
  const data = keySize - TRIE_DATA.length;
  const permitted = F.NO_PREALLOC | F.NUMA_NODE | ACCESS;
  if (maxEntries === 0 || (flags & F.NO_PREALLOC) === 0 || (flags & ~permitted) !== 0) return -ERRNO.EINVAL;
  if (!programAccessFits(flags) || data < TRIE_DATA.least || data > TRIE_DATA.most) return -ERRNO.EINVAL;
  const most = LARGEST_ALLOCATION - TRIE_DATA.most - TRIE_NODE_BYTES;
  return valueSize < 1 || valueSize > most ? -ERRNO.EINVAL : 0;
}

function checkQueue({ keySize, valueSize, maxEntries, flags }: MapDefinition): number {
  if (maxEntries === 0 || keySize !== 0 || valueSize === 0) return -ERRNO.EINVAL;
  if ((flags & ~(F.NUMA_NODE | ACCESS)) !== 0 || !programAccessFits(flags)) return -ERRNO.EINVAL;
  return valueSize > LARGEST_ALLOCATION ? -ERRNO.E2BIG : 0;
}

/** bloom_map_alloc */
function checkBloomFilter({ keySize, valueSize, maxEntries, flags, extra = 0 }: MapDefinition): number {
  if (valueSize > LARGEST_ALLOCATION) return -ERRNO.E2BIG;
  if (keySize !== 0 || valueSize === 0 || maxEntries === 0) return -ERRNO.EINVAL;
  if ((flags & ~(F.NUMA_NODE | F.ZERO_SEED | ACCESS)) !== 0 || !programAccessFits(flags)) return -ERRNO.EINVAL;
  return extra > MOST_HASHES ? -ERRNO.EINVAL : 0;
}

/** ringbuf_map_alloc */
function checkRing({ keySize, valueSize, maxEntries, flags }: MapDefinition): number {
  if ((flags & ~F.NUMA_NODE) !== 0 || keySize !== 0 || valueSize !== 0) return -ERRNO.EINVAL;
  const isPowerOfTwo = maxEntries !== 0 && (maxEntries & (maxEntries - 1)) === 0;
  return isPowerOfTwo && maxEntries % PAGE === 0 ? 0 : -ERRNO.EINVAL;
}

/** arena_map_alloc */
function checkArena({ keySize, valueSize, maxEntries, flags, extra = 0 }: MapDefinition): number {
  if (keySize !== 0 || valueSize !== 0 || maxEntries === 0) return -ERRNO.EINVAL;
  if ((flags & F.MMAPABLE) === 0 || (flags & ~ARENA_FLAGS) !== 0 || extra % PAGE !== 0) return -ERRNO.EINVAL;
  return maxEntries * PAGE > 2 ** 32 ? -ERRNO.E2BIG : 0;
}
