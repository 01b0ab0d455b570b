import { MAP_TYPE } from "../../maps/map-type.ts";

const T = MAP_TYPE;

/** Helpers that a map type may be given to, for the types that are choosy (check_map_func_compatibility). */
const HELPERS_OF_MAP: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [T.prog_array, [12]],
  [T.perf_event_array, [22, 25, 55, 111, 121]],
  [T.ringbuf, [130, 131, 134, 198, 199, 200]],
  [T.user_ringbuf, [209]],
  [T.stack_trace, [27]],
  [T.cgroup_array, [33, 37]],
  [T.cgroup_storage, [81]],
  [T.percpu_cgroup_storage, [81]],
  [T.devmap, [51, 1]],
  [T.devmap_hash, [51, 1]],
  [T.cpumap, [51]],
  [T.xskmap, [51, 1]],
  [T.array_of_maps, [1]],
  [T.hash_of_maps, [1]],
  [T.sockmap, [52, 53, 60, 82, 1, 2, 3]],
  [T.sockhash, [72, 70, 71, 82, 1, 2, 3]],
  [T.reuseport_sockarray, [82]],
  [T.queue, [89, 88, 87]],
  [T.stack, [89, 88, 87]],
  [T.sk_storage, [107, 108, 194]],
  [T.inode_storage, [145, 146, 194]],
  [T.task_storage, [156, 157, 194]],
  [T.cgrp_storage, [210, 211, 194]],
  [T.bloom_filter, [89, 87]],
]);

/** Map types that a helper takes, for the helpers that are choosy. */
const MAPS_OF_HELPER: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [12, [T.prog_array]],
  ...[22, 25, 55, 111, 121].map((helper) => [helper, [T.perf_event_array]] as const),
  ...[130, 131, 134, 198, 199, 200].map((helper) => [helper, [T.ringbuf]] as const),
  [209, [T.user_ringbuf]],
  [27, [T.stack_trace]],
  [33, [T.cgroup_array]],
  [37, [T.cgroup_array]],
  [51, [T.devmap, T.devmap_hash, T.cpumap, T.xskmap]],
  [52, [T.sockmap]],
  [60, [T.sockmap]],
  [53, [T.sockmap]],
  [72, [T.sockhash]],
  [71, [T.sockhash]],
  [70, [T.sockhash]],
  [81, [T.cgroup_storage, T.percpu_cgroup_storage]],
  [82, [T.reuseport_sockarray, T.sockmap, T.sockhash]],
  [88, [T.queue, T.stack]],
  [89, [T.queue, T.stack, T.bloom_filter]],
  [87, [T.queue, T.stack, T.bloom_filter]],
  [195, [T.percpu_array, T.percpu_hash, T.lru_percpu_hash]],
  [107, [T.sk_storage]],
  [108, [T.sk_storage]],
  [145, [T.inode_storage]],
  [146, [T.inode_storage]],
  [156, [T.task_storage]],
  [157, [T.task_storage]],
  [210, [T.cgrp_storage]],
  [211, [T.cgrp_storage]],
]);

const [UPDATE, DELETE] = [2, 3];
/** BPF_TRACE_ITER */
const ITERATOR = 28;
/** Types whose programs never run while a socket is locked: they may change maps of sockets. */
const SOCKET_MAP_CHANGERS = [
  "socket_filter",
  "sched_cls",
  "sched_act",
  "xdp",
  "sk_reuseport",
  "flow_dissector",
  "sk_lookup",
];

/** may_update_sockmap: socket operations have a helper of their own to update with. */
const mayChangeSockets = (programType: string, attachType: number, helper: number): boolean =>
  SOCKET_MAP_CHANGERS.includes(programType) ||
  (programType === "tracing" && attachType === ITERATOR) ||
  (programType === "sock_ops" && helper === DELETE);

export function mapFitsHelper(mapType: number, helper: number, programType: string, attachType: number): boolean {
  const helpers = HELPERS_OF_MAP.get(mapType);
  if (helpers !== undefined && !helpers.includes(helper)) return false;
  const holdsSockets = mapType === T.sockmap || mapType === T.sockhash;
  if (holdsSockets && (helper === UPDATE || helper === DELETE) && !mayChangeSockets(programType, attachType, helper))
    return false;
  const maps = MAPS_OF_HELPER.get(helper);
  return maps === undefined || maps.includes(mapType);
}
