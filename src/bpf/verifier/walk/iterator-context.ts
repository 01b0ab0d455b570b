import type { BtfParameter } from "../../object/btf/btf-type.ts";
import type { ProgramType } from "../../program-type.ts";
import type { KernelTarget } from "../program/kernel-target.ts";
import { pointer, type Register } from "../state/register.ts";
import { FLAG, TYPE } from "../state/register-type.ts";
import type { Walk } from "./walk.ts";

const PREFIX = "bpf_iter_".length;
/** Iterators that keep what they stand at alive (PTR_TRUSTED in the ctx_arg_info of Linux 6.18). */
const KEEPING: readonly string[] = ["bpf_map", "task", "tcp", "udp", "cgroup", "kmem_cache"];
/** Iterators over the elements of a map: the map itself is there to the end. */
const OVER_MAPS: readonly string[] = ["bpf_map_elem", "bpf_sk_storage_map", "sockmap"];

/** BPF_TRACE_ITER */
const ITERATOR = 28;

/** Programs of a type and attach type are run by iterators. */
export const isAtIterator = ({ name }: ProgramType, attachType: number): boolean =>
  name === "tracing" && attachType === ITERATOR;

/** Flags of a pointer that an iterator gives: what it stands at is null at its end; what it says of itself is not. */
export function flagsOfElement({ name, parameters }: KernelTarget, number: number): number {
  const iterator = name.slice(PREFIX);
  if (number === 0 || (OVER_MAPS.includes(iterator) && parameters[number]!.name === "map")) return FLAG.trusted;
  return FLAG.orNull | (KEEPING.includes(iterator) ? FLAG.trusted : 0);
}

/** A key, which may only be read, or a value: how long it is only attaching tells (PTR_TO_BUF). */
export function bufferOf(walk: Walk, { name }: BtfParameter): Register {
  const readOnly = name === "key" ? FLAG.readOnly : 0;
  return pointer(TYPE.buffer | FLAG.orNull | readOnly, { id: walk.newId() });
}
