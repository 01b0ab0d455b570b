/** The map types that exist here, by the names that bpftool gives them: their numbers (`enum bpf_map_type`). */
export const MAP_TYPES = {
  hash: 1,
  array: 2,
  prog_array: 3,
  percpu_hash: 5,
  percpu_array: 6,
  lru_hash: 9,
  lru_percpu_hash: 10,
  lpm_trie: 11,
  array_of_maps: 12,
  hash_of_maps: 13,
  queue: 22,
  stack: 23,
} as const satisfies Record<string, number>;

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
