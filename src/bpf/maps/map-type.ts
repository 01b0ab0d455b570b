/** Map types by the names that bpftool gives them: their numbers (`enum bpf_map_type`). */
export const MAP_TYPE = {
  hash: 1,
  array: 2,
  prog_array: 3,
  perf_event_array: 4,
  percpu_hash: 5,
  percpu_array: 6,
  stack_trace: 7,
  cgroup_array: 8,
  lru_hash: 9,
  lru_percpu_hash: 10,
  lpm_trie: 11,
  array_of_maps: 12,
  hash_of_maps: 13,
  devmap: 14,
  sockmap: 15,
  cpumap: 16,
  xskmap: 17,
  sockhash: 18,
  cgroup_storage: 19,
  reuseport_sockarray: 20,
  percpu_cgroup_storage: 21,
  queue: 22,
  stack: 23,
  sk_storage: 24,
  devmap_hash: 25,
  struct_ops: 26,
  ringbuf: 27,
  inode_storage: 28,
  task_storage: 29,
  bloom_filter: 30,
  user_ringbuf: 31,
  cgrp_storage: 32,
  arena: 33,
} as const;

/** Those that exist here. */
export const MAP_TYPES = {
  hash: MAP_TYPE.hash,
  array: MAP_TYPE.array,
  prog_array: MAP_TYPE.prog_array,
  percpu_hash: MAP_TYPE.percpu_hash,
  percpu_array: MAP_TYPE.percpu_array,
  lru_hash: MAP_TYPE.lru_hash,
  lru_percpu_hash: MAP_TYPE.lru_percpu_hash,
  lpm_trie: MAP_TYPE.lpm_trie,
  array_of_maps: MAP_TYPE.array_of_maps,
  hash_of_maps: MAP_TYPE.hash_of_maps,
  queue: MAP_TYPE.queue,
  stack: MAP_TYPE.stack,
} as const satisfies Partial<typeof MAP_TYPE>;

export type MapTypeName = keyof typeof MAP_TYPES;

/** bpftool's name of a type's number; undefined for types that do not exist here. */
export function mapTypeName(type: number): MapTypeName | undefined {
  return (Object.keys(MAP_TYPES) as MapTypeName[]).find((name) => MAP_TYPES[name] === type);
}

/** Flags of BPF_MAP_CREATE (linux/bpf.h, BPF_F_*). */
export const CREATE_FLAG = {
  NO_PREALLOC: 1 << 0,
  NO_COMMON_LRU: 1 << 1,
  NUMA_NODE: 1 << 2,
  /** User space may only read. */
  RDONLY: 1 << 3,
  /** User space may only write. */
  WRONLY: 1 << 4,
  ZERO_SEED: 1 << 6,
  /** Programs may only read. */
  RDONLY_PROG: 1 << 7,
  /** Programs may only write. */
  WRONLY_PROG: 1 << 8,
  MMAPABLE: 1 << 10,
  PRESERVE_ELEMS: 1 << 11,
  /** An inner array may differ in its number of entries from the one that its outer map was made with. */
  INNER_MAP: 1 << 12,
} as const;

/** Flags of an update (linux/bpf.h, BPF_*). */
export const UPDATE_FLAG = {
  ANY: 0,
  NOEXIST: 1,
  EXIST: 2,
  /** BPF_F_LOCK: only for values with a spin lock, which need BTF. */
  LOCK: 4,
} as const;
