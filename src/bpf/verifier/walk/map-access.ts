import { MAP_TYPE } from "../../maps/map-type.ts";
import { pointer, type Register, UNKNOWN_SCALAR } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import type { Walk } from "./walk.ts";

/** What a map's pointer points at in the kernel (`map_btf_id` of its operations). */
const STRUCT_OF_MAP: Readonly<Record<number, string>> = {
  [MAP_TYPE.hash]: "bpf_htab",
  [MAP_TYPE.percpu_hash]: "bpf_htab",
  [MAP_TYPE.lru_hash]: "bpf_htab",
  [MAP_TYPE.lru_percpu_hash]: "bpf_htab",
  [MAP_TYPE.hash_of_maps]: "bpf_htab",
  [MAP_TYPE.array]: "bpf_array",
  [MAP_TYPE.percpu_array]: "bpf_array",
  [MAP_TYPE.prog_array]: "bpf_array",
  [MAP_TYPE.array_of_maps]: "bpf_array",
  [MAP_TYPE.perf_event_array]: "bpf_array",
  [MAP_TYPE.cgroup_array]: "bpf_array",
  [MAP_TYPE.ringbuf]: "bpf_ringbuf_map",
  [MAP_TYPE.lpm_trie]: "lpm_trie",
  [MAP_TYPE.queue]: "bpf_queue_stack",
  [MAP_TYPE.stack]: "bpf_queue_stack",
  [MAP_TYPE.devmap]: "bpf_dtab",
  [MAP_TYPE.devmap_hash]: "bpf_dtab",
  [MAP_TYPE.cpumap]: "bpf_cpu_map",
  [MAP_TYPE.xskmap]: "xsk_map",
  [MAP_TYPE.sockmap]: "bpf_stab",
  [MAP_TYPE.sockhash]: "bpf_shtab",
  [MAP_TYPE.stack_trace]: "bpf_stack_map",
};

/** The first members of struct bpf_map (Linux 6.18, x86-64): name, offset, size, and whether it is a pointer. */
const MEMBERS: readonly (readonly [name: string, offset: number, size: number, isPointer: boolean])[] = [
  ["sha", 0, 32, false],
  ["excl", 32, 4, false],
  ["ops", 40, 8, true],
  ["inner_map_meta", 48, 8, true],
  ["security", 56, 8, true],
  ["map_type", 64, 4, false],
  ["key_size", 68, 4, false],
  ["value_size", 72, 4, false],
  ["max_entries", 76, 4, false],
  ["map_extra", 80, 8, false],
  ["map_flags", 88, 4, false],
  ["id", 92, 4, false],
];
const KNOWN_BYTES = 96;

/** A load from the kernel's own description of a map (check_ptr_to_map_access). */
export function accessMap(
  walk: Walk,
  register: Register,
  number: number,
  offset: number,
  size: number,
  access: "read" | "write",
): Register {
  const name = STRUCT_OF_MAP[register.map!.type] ?? "bpf_map";
  if (!walk.privileges.perfmon)
    walk.refuse("pointer-leak", `'struct ${name}' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN`);
  if (offset < 0) walk.refuse("memory-access", `R${number} is ${name} invalid negative access: off=${offset}`);
  if (access === "write") walk.refuse("memory-access", `only read from ${name} is supported`);
  const member = MEMBERS.find(([, begin, bytes]) => offset >= begin && offset < begin + bytes);
  if (offset >= KNOWN_BYTES || member?.[0] === "security")
    walk.refuse("unsupported", `loads from byte ${offset} of struct ${name} are not supported by netsim yet`);
  if (member === undefined) walk.refuse("memory-access", `struct bpf_map doesn't have field at offset ${offset}`);
  const [field, begin, bytes, isPointer] = member;
  if (isPointer && (offset !== begin || size !== bytes))
    walk.refuse(
      "memory-access",
      `cannot access ptr member ${field} with moff ${begin} in struct bpf_map with off ${offset} size ${size}`,
    );
  if (offset + size > begin + bytes)
    walk.refuse(
      "memory-access",
      `access beyond the end of member ${field} (mend:${begin + bytes}) in struct bpf_map with off ${offset} size ${size}`,
    );
  if (!isPointer) return UNKNOWN_SCALAR;
  return pointer(TYPE.struct, { struct: walk.structs.named(field === "ops" ? "bpf_map_ops" : "bpf_map") });
}
