import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { CREATE_FLAG as F, MAP_TYPES, type MapTypeName } from "./map-type.ts";
import { BUILD_ID_BYTES, MOST_FRAMES } from "./stack-trace-map.ts";

/** Types whose values are things of the kernel, or are kept for such things. */
export type ObjectMapName = Extract<
  MapTypeName,
  | "stack_trace"
  | "devmap"
  | "devmap_hash"
  | "cpumap"
  | "xskmap"
  | "sockmap"
  | "sockhash"
  | "cgroup_storage"
  | "percpu_cgroup_storage"
  | "sk_storage"
  | "inode_storage"
  | "task_storage"
  | "cgrp_storage"
>;

/** PCPU_MIN_UNIT_SIZE */
const LARGEST_PERCPU_VALUE = 32 << 10;
/** MAX_BPF_STACK: keys of programs lie on the stack. */
const LARGEST_KEY = 512;
/** CONFIG_NR_CPUS of the kernel that this is compared with. */
const MOST_CPUS = 256;
/** BPF_LOCAL_STORAGE_MAX_VALUE_SIZE on x86-64: 16 bits less sizeof(struct bpf_local_storage_elem). */
const LARGEST_STORED_VALUE = 0xffff - 128;

const USER_ACCESS = F.NUMA_NODE | F.RDONLY | F.WRONLY;
const CGROUP_STORAGE_FLAGS = USER_ACCESS | F.RDONLY_PROG | F.WRONLY_PROG;

/** `checkCreation` of these types. */
export function checkObjectMap(name: ObjectMapName, map: MapDefinition): number {
  switch (name) {
    case "stack_trace":
      return checkStackTrace(map);
    case "devmap":
    case "devmap_hash":
      return checkIndexed(map, USER_ACCESS, [4, 8]);
    case "cpumap":
      return checkIndexed(map, F.NUMA_NODE, [4, 8]) || (map.maxEntries > MOST_CPUS ? -ERRNO.E2BIG : 0);
    case "xskmap":
      return checkIndexed(map, USER_ACCESS, [4]);
    case "sockmap":
      return checkIndexed(map, USER_ACCESS, [4, 8]);
    case "sockhash":
      return checkSocketHash(map);
    case "cgroup_storage":
    case "percpu_cgroup_storage":
      return checkCgroupStorage(map);
    case "sk_storage":
    case "inode_storage":
    case "task_storage":
    case "cgrp_storage":
      return checkLocalStorage(map);
  }
}

function checkIndexed(
  { keySize, valueSize, maxEntries, flags }: MapDefinition,
  permitted: number,
  sizes: readonly number[],
): number {
  if (maxEntries === 0 || keySize !== 4 || !sizes.includes(valueSize)) return -ERRNO.EINVAL;
  return (flags & ~permitted) === 0 ? 0 : -ERRNO.EINVAL;
}

/** sock_hash_alloc */
function checkSocketHash({ keySize, valueSize, maxEntries, flags }: MapDefinition): number {
  if (maxEntries === 0 || keySize === 0 || (valueSize !== 4 && valueSize !== 8)) return -ERRNO.EINVAL;
  if ((flags & ~USER_ACCESS) !== 0) return -ERRNO.EINVAL;
  return keySize > LARGEST_KEY ? -ERRNO.E2BIG : 0;
}

/** stack_map_alloc */
function checkStackTrace({ keySize, valueSize, maxEntries, flags }: MapDefinition): number {
  if ((flags & ~(USER_ACCESS | F.STACK_BUILD_ID)) !== 0) return -ERRNO.EINVAL;
  const frame = (flags & F.STACK_BUILD_ID) !== 0 ? BUILD_ID_BYTES : 8;
  if (maxEntries === 0 || keySize !== 4 || valueSize < 8 || valueSize % frame !== 0) return -ERRNO.EINVAL;
  if (valueSize / frame > MOST_FRAMES) return -ERRNO.EINVAL;
  return maxEntries > 2 ** 31 ? -ERRNO.E2BIG : 0;
}

/** cgroup_storage_map_alloc */
function checkCgroupStorage({ type, keySize, valueSize, maxEntries, flags }: MapDefinition): number {
  if ((keySize !== 16 && keySize !== 8) || valueSize === 0) return -ERRNO.EINVAL;
  if (valueSize > (type === MAP_TYPES.cgroup_storage ? LARGEST_STORED_VALUE : LARGEST_PERCPU_VALUE))
    return -ERRNO.E2BIG;
  const { RDONLY_PROG, WRONLY_PROG } = F;
  const both = RDONLY_PROG | WRONLY_PROG;
  if ((flags & ~CGROUP_STORAGE_FLAGS) !== 0 || (flags & both) === both) return -ERRNO.EINVAL;
  return maxEntries !== 0 ? -ERRNO.EINVAL : 0;
}

/** bpf_local_storage_map_alloc_check */
function checkLocalStorage({ keySize, valueSize, maxEntries, flags, typed }: MapDefinition): number {
  if ((flags & ~(F.NO_PREALLOC | F.CLONE)) !== 0 || (flags & F.NO_PREALLOC) === 0) return -ERRNO.EINVAL;
  if (maxEntries !== 0 || keySize !== 4 || valueSize === 0 || typed !== true) return -ERRNO.EINVAL;
  return valueSize > LARGEST_STORED_VALUE ? -ERRNO.E2BIG : 0;
}
