/** What BPF_MAP_CREATE is given. */
export interface MapDefinition {
  /** One of MAP_TYPES. */
  readonly type: number;
  /** Bytes. */
  readonly keySize: number;
  /** Bytes. */
  readonly valueSize: number;
  readonly maxEntries: number;
  /** CREATE_FLAG. */
  readonly flags: number;
  /** With BPF_F_NUMA_NODE: there is one node, 0. */
  readonly numaNode?: number;
  /** `map_extra`: hash functions of a bloom filter, user space's address of an arena. */
  readonly extra?: number;
  /** Key and value have BTF types: local storage is made with them only. */
  readonly typed?: boolean;
  /** Parts of a value that only helpers change. */
  readonly fields?: readonly ValueField[];
}

/** What BTF says of a part of a value (struct btf_field). */
export interface ValueField {
  readonly kind: "spin_lock" | "timer" | "workqueue" | "kptr" | "list" | "tree" | "reference-count";
  /** Bytes into the value. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}
