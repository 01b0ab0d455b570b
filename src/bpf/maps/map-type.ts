/** Map types that exist here, by the names that bpftool gives them: their numbers (`enum bpf_map_type`). */
export const MAP_TYPES = {
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
  ringbuf: 27,
  inode_storage: 28,
  task_storage: 29,
  bloom_filter: 30,
  user_ringbuf: 31,
  cgrp_storage: 32,
  arena: 33,
} as const;

/** The same with the type that does not exist here: its values are tables of the kernel's own functions. */
export const MAP_TYPE = { ...MAP_TYPES, struct_ops: 26 } as const;

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
  /** Stack traces are build ids with offsets. */
  STACK_BUILD_ID: 1 << 5,
  ZERO_SEED: 1 << 6,
  /** Programs may only read. */
  RDONLY_PROG: 1 << 7,
  /** Programs may only write. */
  WRONLY_PROG: 1 << 8,
  /** A socket's storage goes to the sockets that a listener makes. */
  CLONE: 1 << 9,
  MMAPABLE: 1 << 10,
  PRESERVE_ELEMS: 1 << 11,
  /** An inner array may differ in its number of entries from the one that its outer map was made with. */
  INNER_MAP: 1 << 12,
  SEGV_ON_FAULT: 1 << 17,
  /** Arena addresses are not translated for user space. */
  NO_USER_CONV: 1 << 18,
} as const;

/** Flags of an update (linux/bpf.h, BPF_*). */
export const UPDATE_FLAG = {
  ANY: 0,
  NOEXIST: 1,
  EXIST: 2,
  /** BPF_F_LOCK: only for values with a spin lock, of which BTF tells. */
  LOCK: 4,
} as const;
