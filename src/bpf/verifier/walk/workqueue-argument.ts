import type { Register } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { isConstant } from "../values/scalar.ts";
import type { KernelFacts } from "./kernel-facts.ts";
import type { Walk } from "./walk.ts";

/** process_wq_func */
export function checkWorkqueue(walk: Walk, i: number, register: Register, facts: KernelFacts): void {
  if (register.type !== TYPE.mapValue) walk.refuse("helper-call", `arg#${i} doesn't point to a map value`);
  const number = i + 1;
  if (!isConstant(register.scalar))
    walk.refuse("map", `R${number} doesn't have constant offset. bpf_wq has to be at the constant offset`);
  const map = register.map!;
  if (map.hasBtf !== true) walk.refuse("map", `map '${map.name ?? ""}' has to have BTF in order to use bpf_wq`);
  const field = map.fields?.find(({ kind }) => kind === "workqueue");
  if (field === undefined) walk.refuse("map", `map '${map.name ?? ""}' has no valid bpf_wq`);
  const at = Number(register.scalar.smin) + register.offset;
  if (at !== field.offset) walk.refuse("map", `off ${at} doesn't point to 'struct bpf_wq' that is at ${field.offset}`);
  facts.workqueue = register;
}

/** The map must be the one that the workqueue lies in. */
export function checkMapOfWorkqueue(walk: Walk, register: Register, workqueue: Register): void {
  if (register.map === workqueue.map && register.mapUid === workqueue.mapUid) return;
  walk.refuse(
    "map",
    `workqueue pointer in R1 map_uid=${workqueue.mapUid} doesn't match map pointer in R2 map_uid=${register.mapUid}`,
  );
}
