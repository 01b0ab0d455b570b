import type { ValueField } from "../maps/definition.ts";
import { CREATE_FLAG, MAP_TYPE } from "../maps/map-type.ts";

/** A map as the verifier knows it. */
export interface VerifierMap {
  /** One of MAP_TYPE. */
  readonly type: number;
  /** Bytes. */
  readonly keySize: number;
  /** Bytes. */
  readonly valueSize: number;
  readonly maxEntries: number;
  /** BPF_F_* of creation. */
  readonly flags?: number;
  readonly name?: string;
  /** The inner maps of a map of maps. */
  readonly inner?: VerifierMap;
  /** A frozen map that programs only read: its values are constants to them. Little-endian bytes of all values. */
  readonly constants?: Uint8Array;
  /** It was created with BTF of its values. */
  readonly hasBtf?: boolean;
  /** Where its value holds what only helpers change, as BTF tells: locks, timers, kernel pointers. */
  readonly fields?: readonly ValueField[];
  /** Its value holds what needs BTF to be told (a lock, a timer, a kernel pointer): `bpf_spin_lock`, `bpf_timer`, `kptr`. */
  readonly special?: readonly string[];
}

/** Its type lets a 64-bit immediate name its first value. Whether that has an address of its own depends on its size too. */
export const hasDirectValues = (map: VerifierMap): boolean => map.type === MAP_TYPE.array;

/** How messages call a field of a map's value (btf_field_type_name). */
export const FIELD_NAMES: Readonly<Record<ValueField["kind"], string>> = {
  spin_lock: "bpf_spin_lock",
  resilient_lock: "bpf_res_spin_lock",
  timer: "bpf_timer",
  workqueue: "bpf_wq",
  kptr: "kptr",
  list: "bpf_list_head",
  "list-node": "bpf_list_node",
  tree: "bpf_rb_root",
  "tree-node": "bpf_rb_node",
  "reference-count": "bpf_refcount",
};

export const hasLock = (map: VerifierMap | null): boolean =>
  map?.fields?.some(({ kind }) => kind === "spin_lock") === true;

/** Every index below its size has a value. */
export const isIndexed = (map: VerifierMap): boolean =>
  map.type === MAP_TYPE.array || map.type === MAP_TYPE.percpu_array;

/** Programs may only read it, as its creation said or as devices' maps always are. */
export const isReadOnly = (map: VerifierMap): boolean =>
  ((map.flags ?? 0) & CREATE_FLAG.RDONLY_PROG) !== 0 ||
  map.type === MAP_TYPE.devmap ||
  map.type === MAP_TYPE.devmap_hash;
