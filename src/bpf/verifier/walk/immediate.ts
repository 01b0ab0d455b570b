import type { Constant, Reference } from "../../isa/instruction.ts";
import { pointer, scalarRegister } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { constant } from "../values/scalar.ts";
import type { Walk } from "./walk.ts";

/** 64-bit immediates: numbers, maps and map values (check_ld_imm). */
export function checkConstant(walk: Walk, it: Constant): void {
  walk.checkWritable(it.dst);
  walk.write(it.dst, scalarRegister(constant(it.value)));
}

export function checkReference(walk: Walk, it: Reference): void {
  walk.checkWritable(it.dst);
  const map = walk.setup.maps.get(it.index);
  if (map === undefined) {
    if (it.to === "function") walk.refuse("function-call", "missing btf func_info");
    walk.refuse("unsupported", `references to ${it.to} are not supported by netsim yet`);
  }
  const toValue = it.to === "map-value" || it.to === "map-index-value";
  walk.write(it.dst, pointer(toValue ? TYPE.mapValue : TYPE.map, { map, offset: toValue ? it.nextImm : 0 }));
}
