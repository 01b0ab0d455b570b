import { CgroupStorageMap } from "../maps/cgroup-storage-map.ts";
import { ERRNO } from "../maps/errno.ts";
import { LocalStorageMap } from "../maps/local-storage-map.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";
import type { Surroundings } from "./surroundings.ts";

/** BPF_LOCAL_STORAGE_GET_F_CREATE */
const CREATE = 1n;

/** bpf_sk_storage_get and _delete. */
const OF_SOCKETS = [107, 108] as const;
/** The helpers of each other kind of owner: get, delete. */
const PAIRS = [
  [145, 146],
  [156, 157],
  [210, 211],
] as const;

/** Storage of sockets, inodes, tasks and control groups, by the helpers' numbers (kernel/bpf/bpf_local_storage.c). */
export function storageHelpers(
  memory: HelperMemory,
  { storageOwner = (socket) => socket }: Pick<Surroundings, "storageOwner"> = {},
): ReadonlyMap<number, HostFunction> {
  const what = "a storage helper";
  const get = (map: number, owner: number, value: number, flags: bigint): number => {
    const storage = memory.mapOf(what, map, LocalStorageMap);
    if (owner === 0 || (flags & ~CREATE) !== 0n) return 0;
    const found = storage.ownValue(owner >>> 0);
    if (found !== 0 || flags === 0n) return found;
    return storage.create(owner >>> 0, memory.withinOrNull(what, value, storage.definition.valueSize));
  };
  const remove = (map: number, owner: number): number =>
    owner === 0 ? -ERRNO.EINVAL : memory.mapOf(what, map, LocalStorageMap).remove(owner >>> 0);
  const [getOfSocket, removeOfSocket] = OF_SOCKETS;
  return new Map<number, HostFunction>([
    helper(getOfSocket, "wwwd", "unsigned", (map: number, socket: number, value: number, flags: bigint) =>
      get(map, storageOwner(socket), value, flags),
    ),
    helper(removeOfSocket, "ww", "signed", (map: number, socket: number) => remove(map, storageOwner(socket))),
    ...PAIRS.flatMap(([getter, deleter]) => [
      helper(getter, "wwwd", "unsigned", get),
      helper(deleter, "ww", "signed", remove),
    ]),
    // bpf_get_local_storage
    helper(81, "w", "unsigned", (map: number) => memory.mapOf(what, map, CgroupStorageMap).current()),
  ]);
}
