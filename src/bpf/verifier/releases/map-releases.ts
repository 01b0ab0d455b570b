import { MAP_TYPE } from "../../maps/map-type.ts";
import { type Since, since } from "./release.ts";

/**
 * Release and commit that brought each map type and each flag of BPF_MAP_CREATE. Sources: iovisor/bcc docs/kernel-versions.md
 * and isovalent/ebpf-docs data/feature-versions.yaml.
 */
const TYPES: Readonly<Record<keyof typeof MAP_TYPE, Since>> = {
  hash: since("3.19", "0f8e4bd8a1fc"),
  array: since("3.19", "28fbcfa08d8e"),
  prog_array: since("4.2", "04fd61ab36ec"),
  perf_event_array: since("4.3", "ea317b267e9d"),
  percpu_hash: since("4.6", "824bd0ce6c7c"),
  percpu_array: since("4.6", "a10423b87a7e"),
  stack_trace: since("4.6", "d5a3b1f69186"),
  cgroup_array: since("4.8", "4ed8ec521ed5"),
  lru_hash: since("4.10", "29ba732acbee"),
  lru_percpu_hash: since("4.10", "8f8449384ec3"),
  lpm_trie: since("4.11", "b95a5c4db09b"),
  array_of_maps: since("4.12", "56f668dfe00d"),
  hash_of_maps: since("4.12", "bcc6b1b7ebf8"),
  devmap: since("4.14", "546ac1ffb70d"),
  sockmap: since("4.14", "174a79ff9515"),
  cpumap: since("4.15", "6710e1126934"),
  xskmap: since("4.18", "fbfc504a24f5"),
  sockhash: since("4.18", "81110384441a"),
  cgroup_storage: since("4.19", "de9cbbaadba5"),
  reuseport_sockarray: since("4.19", "5dc4c4b7d4e8"),
  percpu_cgroup_storage: since("4.20", "b741f1630346"),
  queue: since("4.20", "f1a2e44a3aec"),
  stack: since("4.20", "f1a2e44a3aec"),
  sk_storage: since("5.2", "6ac99e8f23d4"),
  devmap_hash: since("5.4", "6f9d451ab1a3"),
  struct_ops: since("5.6", "85d33df357b6"),
  ringbuf: since("5.8", "457f44363a88"),
  inode_storage: since("5.10", "8ea636848aca"),
  task_storage: since("5.11", "4cf1bc1f1045"),
  bloom_filter: since("5.16", "9330986c0300"),
  user_ringbuf: since("6.1", "583c1f420173"),
  cgrp_storage: since("6.2", "c4bcfb38a95e"),
  arena: since("6.9", "317460317a02"),
};

const INSTEAD: Partial<Record<keyof typeof MAP_TYPE, string>> = {
  ringbuf: "Use a perf_event_array.",
  queue: "Use an array with a head and a tail of your own.",
  stack: "Use an array with a top of your own.",
  devmap_hash: "Use a devmap, which has the interface's number as its index.",
  bloom_filter: "Use a hash.",
  sk_storage: "Use a hash by the socket's cookie (bpf_get_socket_cookie).",
  task_storage: "Use a hash by the process's number.",
  cgrp_storage: "Use a hash by the cgroup's number.",
  percpu_cgroup_storage: "Use a cgroup_storage.",
  user_ringbuf: "Use an array that user space writes.",
};

/** Bits of `map_flags`, by their names behind BPF_F_. */
const FLAGS: readonly (readonly [name: string, bit: number, since: Since, instead?: string])[] = [
  ["NO_PREALLOC", 0, since("4.6", "6c9059817432")],
  ["NO_COMMON_LRU", 1, since("4.10", "29ba732acbee")],
  ["NUMA_NODE", 2, since("4.14", "96eabe7a40aa")],
  ["RDONLY", 3, since("4.15", "6e71b04a8224")],
  ["WRONLY", 4, since("4.15", "6e71b04a8224")],
  ["STACK_BUILD_ID", 5, since("4.17", "615755a77b24")],
  ["ZERO_SEED", 6, since("5.0", "96b3b6c9091d"), "Leave the flag out: the hash is seeded by chance then."],
  ["RDONLY_PROG", 7, since("5.2", "591fe9888d78"), "Leave the flag out: nothing keeps the program from writing then."],
  ["WRONLY_PROG", 8, since("5.2", "591fe9888d78"), "Leave the flag out: nothing keeps the program from reading then."],
  ["CLONE", 9, since("5.4", "8f51dfc73bf1")],
  ["MMAPABLE", 10, since("5.5", "fc9702273e2e"), "Leave the flag out and use the map's commands in user space."],
  ["PRESERVE_ELEMS", 11, since("5.10", "792caccc4526")],
  ["INNER_MAP", 12, since("5.10", "4a8f87e60f6d"), "Make all inner maps as large as the first."],
  ["LINK", 13, since("6.4", "68b04864ca42")],
  ["PATH_FD", 14, since("6.5", "cb8edce28073")],
  ["VTYPE_BTF_OBJ_FD", 15, since("6.9", "fcc2c1fb0651")],
  ["TOKEN_FD", 16, since("6.9", "a177fc2bf6fd")],
  ["SEGV_ON_FAULT", 17, since("6.9", "317460317a02")],
  ["NO_USER_CONV", 18, since("6.9", "317460317a02")],
];

/** Something of a map that came with a release. */
export interface MapFeature {
  /** `map type ringbuf`, `map flag BPF_F_MMAPABLE` */
  readonly what: string;
  readonly since: Since;
  readonly instead?: string | undefined;
}

/** What a map of a type and with flags needs; types and flags without a name are left out. */
export function featuresOfMap(type: number, flags: number): readonly MapFeature[] {
  const name = (Object.keys(MAP_TYPE) as (keyof typeof MAP_TYPE)[]).find((key) => MAP_TYPE[key] === type);
  const ofType: MapFeature[] =
    name === undefined ? [] : [{ what: `map type ${name}`, since: TYPES[name], instead: INSTEAD[name] }];
  const ofFlags = FLAGS.filter(([, bit]) => ((flags >>> bit) & 1) === 1).map(([flag, , at, instead]) => ({
    what: `map flag BPF_F_${flag}`,
    since: at,
    instead,
  }));
  return [...ofType, ...ofFlags];
}
