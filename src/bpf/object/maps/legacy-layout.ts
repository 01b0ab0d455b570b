import { CREATE_FLAG, MAP_TYPE } from "../../maps/map-type.ts";
import type { Btf } from "../btf/btf-type.ts";
import { skipModifiers } from "../btf/resolve.ts";

/** What the words of a declaration in a `maps` section mean. */
export type LegacyField =
  | "type"
  | "keySize"
  | "valueSize"
  | "maxEntries"
  | "flags"
  | "id"
  | "pinning"
  | "innerId"
  | "innerSlot"
  | "innerIndex"
  | "numaNode";

/** Fields by the word that they are in. */
export type LegacyLayout = readonly (LegacyField | undefined)[];

const COMMON: LegacyLayout = ["type", "keySize", "valueSize", "maxEntries", "flags"];
/** struct bpf_elf_map of iproute2 (bpf_elf.h). */
const IPROUTE2: LegacyLayout = [...COMMON, "id", "pinning", "innerId", "innerSlot"];
/** struct bpf_map_def of the kernel's samples before Linux 5.x (bpf_helpers.h). */
const SAMPLES: LegacyLayout = [...COMMON, "innerIndex", "numaNode"];

/** How structs are called whose `key` and `value` have the types of a map's (BPF_ANNOTATE_KV_PAIR of old libbpf). */
export const ANNOTATION = "____btf_map_";

/** The types that such a struct gives a map; empty where there is none. */
export function annotatedTypes(btf: Btf, map: string): { keyTypeId?: number; valueTypeId?: number } {
  const id = btf.find("struct", ANNOTATION + map);
  const type = id === undefined ? undefined : btf.type(id);
  if (type?.kind !== "struct") return {};
  const of = (name: string) => type.members.find((member) => member.name === name)?.type;
  const [keyTypeId, valueTypeId] = [of("key"), of("value")];
  return keyTypeId === undefined || valueTypeId === undefined ? {} : { keyTypeId, valueTypeId };
}

/** No declaration has been as long as this. */
const LONGEST_BYTES = 256;

/** Bytes of the shortest declaration: the first four words. */
export const SHORTEST = 16;
const IPROUTE2_BYTES = 36;
const SAMPLES_BYTES = 28;

/** Members of such structs by their names in C. */
const BY_NAME: Readonly<Record<string, LegacyField>> = {
  type: "type",
  key_size: "keySize",
  size_key: "keySize",
  value_size: "valueSize",
  size_value: "valueSize",
  max_entries: "maxEntries",
  max_elem: "maxEntries",
  map_flags: "flags",
  flags: "flags",
  id: "id",
  pinning: "pinning",
  inner_id: "innerId",
  inner_idx: "innerSlot",
  inner_map_idx: "innerIndex",
  numa_node: "numaNode",
};

/** The layout that BTF gives the variable's struct; undefined where it knows none. */
export function layoutFromBtf(btf: Btf, variable: string): LegacyLayout | undefined {
  const id = btf.find("variable", variable);
  const it = id === undefined ? undefined : btf.type(id);
  const struct = it?.kind === "variable" ? skipModifiers(btf, it.type) : undefined;
  const type = struct === undefined ? undefined : btf.type(struct);
  if (type?.kind !== "struct" || type.name === "") return undefined;
  const layout: (LegacyField | undefined)[] = [];
  for (const { name, bitOffset } of type.members)
    if (bitOffset % 32 === 0 && bitOffset < LONGEST_BYTES * 8 && Object.hasOwn(BY_NAME, name))
      layout[bitOffset / 32] = BY_NAME[name];
  return layout.length < 4 ? undefined : Array.from(layout);
}

/** The layout that a declaration's length, and what it says, speaks for. @param words the declaration's. */
export function layoutFromLength(words: readonly number[]): LegacyLayout {
  const length = words.length * 4;
  if (length >= IPROUTE2_BYTES && length < LONGEST_BYTES) return IPROUTE2;
  if (length !== SAMPLES_BYTES) return COMMON;
  // Both have had declarations of this length: only maps of maps and those bound to a NUMA node use the samples' fields.
  const [type = 0, , , , flags = 0] = words;
  const usesSamples =
    type === MAP_TYPE.array_of_maps || type === MAP_TYPE.hash_of_maps || (flags & CREATE_FLAG.NUMA_NODE) !== 0;
  return usesSamples ? SAMPLES : IPROUTE2;
}
