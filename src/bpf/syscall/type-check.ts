import type { MapDefinition } from "../maps/definition.ts";
import { ERRNO } from "../maps/errno.ts";
import { MAP_TYPES as T } from "../maps/map-type.ts";
import type { Btf } from "../object/btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../object/btf/resolve.ts";

/** Types whose keys and values have none (map_check_no_btf). */
const UNTYPED: ReadonlySet<number> = new Set([
  T.perf_event_array,
  T.stack_trace,
  T.cgroup_array,
  T.array_of_maps,
  T.hash_of_maps,
  T.devmap,
  T.devmap_hash,
  T.sockmap,
  T.sockhash,
  T.cpumap,
  T.xskmap,
]);
const INDEXED: ReadonlySet<number> = new Set([T.array, T.percpu_array, T.prog_array, T.reuseport_sockarray]);
const STORAGE: ReadonlySet<number> = new Set([T.sk_storage, T.inode_storage, T.task_storage, T.cgrp_storage]);

/** 0, or why a map cannot have keys and values of these types (map_check_btf and each type's own). */
export function checkTypes(map: MapDefinition, btf: Btf, key: number, value: number): number {
  const ids = [key, value];
  if (ids.some((id) => id < 0 || id >= btf.count)) return -ERRNO.EINVAL;
  if (key !== 0 && sizeOf(btf, key) !== map.keySize) return -ERRNO.EINVAL;
  if (sizeOf(btf, value) !== map.valueSize) return -ERRNO.EINVAL;
  if (UNTYPED.has(map.type)) return -ERRNO.ENOTSUPP;
  const plain = (id: number) => btf.type(skipModifiers(btf, id) ?? 0);
  const ownKey = plain(key);
  if (map.type === T.bloom_filter) return ownKey.kind === "void" ? 0 : -ERRNO.EINVAL;
  if (ownKey.kind === "void") {
    // Sections of data are arrays of one value without a key.
    const isSection = plain(value).kind === "section";
    return map.type === T.array && map.maxEntries === 1 && isSection ? 0 : -ERRNO.EINVAL;
  }
  if (INDEXED.has(map.type) || STORAGE.has(map.type))
    return ownKey.kind === "int" && ownKey.bits === 32 && ownKey.bitOffset === 0 ? 0 : -ERRNO.EINVAL;
  if (map.type === T.lpm_trie) return ownKey.kind === "struct" ? 0 : -ERRNO.EINVAL;
  return 0;
}
