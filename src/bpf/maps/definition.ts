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
  readonly kind:
    | "spin_lock"
    | "resilient_lock"
    | "timer"
    | "workqueue"
    | "kptr"
    | "list"
    | "list-node"
    | "tree"
    | "tree-node"
    | "reference-count";
  /** Bytes into the value. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** What a kernel pointer points to. */
  readonly pointer?: KernelPointer;
  /** What a list or a tree holds: a struct of the program's types, and where the node lies in it; absent where that is not said. */
  readonly holds?: { readonly struct: number; readonly node: number };
}

/** A pointer to something of the kernel's, or to what a program allocated, in a map's value. */
export interface KernelPointer {
  /** Name and id, in the program's types, of the struct. */
  readonly name: string;
  readonly id: number;
  /** `referenced`: whoever takes it out has to give it back. */
  readonly kind: "untrusted" | "referenced" | "percpu" | "user";
}
