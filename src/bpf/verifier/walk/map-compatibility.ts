import { MAP_TYPE } from "../map.ts";

const T = MAP_TYPE;

/** Helpers that a map type may be given to, for the types that are choosy (check_map_func_compatibility). */
const HELPERS_OF_MAP: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [T.progArray, [12]],
  [T.perfEventArray, [22, 25, 55, 111, 121]],
  [T.ringbuf, [130, 131, 134, 198, 199, 200]],
  [T.userRingbuf, [209]],
  [T.stackTrace, [27]],
  [T.cgroupArray, [33, 37]],
  [T.cgroupStorage, [81]],
  [T.percpuCgroupStorage, [81]],
  [T.devmap, [51, 1]],
  [T.devmapHash, [51, 1]],
  [T.cpumap, [51]],
  [T.xskmap, [51, 1]],
  [T.arrayOfMaps, [1]],
  [T.hashOfMaps, [1]],
  // SCHED_CLS, SCHED_ACT, SOCKET_FILTER and XDP programs may also update and delete (may_update_sockmap).
  [T.sockmap, [52, 53, 60, 82, 1, 2, 3]],
  [T.sockhash, [72, 70, 71, 82, 1, 2, 3]],
  [T.reuseportSockarray, [82]],
  [T.queue, [89, 88, 87]],
  [T.stack, [89, 88, 87]],
  [T.skStorage, [107, 108, 194]],
  [T.inodeStorage, [145, 146, 194]],
  [T.taskStorage, [156, 157, 194]],
  [T.cgrpStorage, [210, 211, 194]],
  [T.bloomFilter, [89, 87]],
]);

/** Map types that a helper takes, for the helpers that are choosy. */
const MAPS_OF_HELPER: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [12, [T.progArray]],
  ...[22, 25, 55, 111, 121].map((helper) => [helper, [T.perfEventArray]] as const),
  ...[130, 131, 134, 198, 199, 200].map((helper) => [helper, [T.ringbuf]] as const),
  [209, [T.userRingbuf]],
  [27, [T.stackTrace]],
  [33, [T.cgroupArray]],
  [37, [T.cgroupArray]],
  [51, [T.devmap, T.devmapHash, T.cpumap, T.xskmap]],
  [52, [T.sockmap]],
  [60, [T.sockmap]],
  [53, [T.sockmap]],
  [72, [T.sockhash]],
  [71, [T.sockhash]],
  [70, [T.sockhash]],
  [81, [T.cgroupStorage, T.percpuCgroupStorage]],
  [82, [T.reuseportSockarray, T.sockmap, T.sockhash]],
  [88, [T.queue, T.stack]],
  [89, [T.queue, T.stack, T.bloomFilter]],
  [87, [T.queue, T.stack, T.bloomFilter]],
  [195, [T.percpuArray, T.percpuHash, T.lruPercpuHash]],
  [107, [T.skStorage]],
  [108, [T.skStorage]],
  [145, [T.inodeStorage]],
  [146, [T.inodeStorage]],
  [156, [T.taskStorage]],
  [157, [T.taskStorage]],
  [210, [T.cgrpStorage]],
  [211, [T.cgrpStorage]],
]);

export function mapFitsHelper(mapType: number, helper: number): boolean {
  const helpers = HELPERS_OF_MAP.get(mapType);
  if (helpers !== undefined && !helpers.includes(helper)) return false;
  const maps = MAPS_OF_HELPER.get(helper);
  return maps === undefined || maps.includes(mapType);
}
