/** Map types by their kernel numbers (`enum bpf_map_type`). */
export const MAP_TYPE = {
  hash: 1,
  array: 2,
  progArray: 3,
  perfEventArray: 4,
  percpuHash: 5,
  percpuArray: 6,
  stackTrace: 7,
  cgroupArray: 8,
  lruHash: 9,
  lruPercpuHash: 10,
  lpmTrie: 11,
  arrayOfMaps: 12,
  hashOfMaps: 13,
  devmap: 14,
  sockmap: 15,
  cpumap: 16,
  xskmap: 17,
  sockhash: 18,
  cgroupStorage: 19,
  reuseportSockarray: 20,
  percpuCgroupStorage: 21,
  queue: 22,
  stack: 23,
  skStorage: 24,
  devmapHash: 25,
  structOps: 26,
  ringbuf: 27,
  inodeStorage: 28,
  taskStorage: 29,
  bloomFilter: 30,
  userRingbuf: 31,
  cgrpStorage: 32,
  arena: 33,
} as const;

/** Flags of BPF_MAP_CREATE that matter to what a program may do. */
export const MAP_FLAG = { readOnlyForProgram: 1 << 7, writeOnlyForProgram: 1 << 8 } as const;

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
  /** Its value holds what needs BTF to be told (a lock, a timer, a kernel pointer): `bpf_spin_lock`, `bpf_timer`, `kptr`. */
  readonly special?: readonly string[];
}

/** Its first value may be named by a 64-bit immediate: arrays of one element or more. */
export const hasDirectValues = (map: VerifierMap): boolean => map.type === MAP_TYPE.array;

/** Every index below its size has a value. */
export const isIndexed = (map: VerifierMap): boolean =>
  map.type === MAP_TYPE.array || map.type === MAP_TYPE.percpuArray;

/** Programs may only read it, as its creation said or as devices' maps always are. */
export const isReadOnly = (map: VerifierMap): boolean =>
  ((map.flags ?? 0) & MAP_FLAG.readOnlyForProgram) !== 0 ||
  map.type === MAP_TYPE.devmap ||
  map.type === MAP_TYPE.devmapHash;
