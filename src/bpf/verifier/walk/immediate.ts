import type { Constant, Reference } from "../../isa/instruction.ts";
import type { KernelSymbol } from "../program/kernel-symbol.ts";
import { pointer, type Register, scalarRegister } from "../state/register.ts";
import { FLAG, TYPE } from "../state/register-type.ts";
import { constant } from "../values/scalar.ts";
import type { Walk } from "./walk.ts";

/** 64-bit immediates: numbers, maps and map values (check_ld_imm). */
export function checkConstant(walk: Walk, it: Constant): void {
  walk.checkWritable(it.dst);
  walk.write(it.dst, scalarRegister(constant(it.value)));
}

function functionPointer(walk: Walk, it: Reference): Register {
  if (walk.functions.length === 0) walk.refuse("function-call", "missing btf func_info");
  const number = walk.model.subprogramOf[it.index + 1 + it.imm]!;
  if (walk.functions[number]?.linkage !== "static") walk.refuse("function-call", "callback function not static");
  return pointer(TYPE.function, { extent: number });
}

function kernelSymbol(walk: Walk, symbol: KernelSymbol): Register {
  switch (symbol.kind) {
    case "address":
      return scalarRegister(constant(symbol.address));
    case "memory":
      return pointer(TYPE.memory | FLAG.readOnly, { extent: symbol.size });
    case "struct":
    case "percpu": {
      const perCpu = symbol.kind === "percpu" ? FLAG.perCpu : 0;
      return pointer(TYPE.struct | perCpu, { struct: walk.structs.numbered(symbol.typeId) });
    }
  }
}

export function checkReference(walk: Walk, it: Reference): void {
  walk.checkWritable(it.dst);
  const map = walk.setup.maps.get(it.index);
  if (map === undefined) {
    if (it.to === "function") {
      walk.write(it.dst, functionPointer(walk, it));
      return;
    }
    walk.write(it.dst, kernelSymbol(walk, walk.setup.kernelSymbols.get(it.index)!));
    return;
  }
  const toValue = it.to === "map-value" || it.to === "map-index-value";
  walk.write(it.dst, pointer(toValue ? TYPE.mapValue : TYPE.map, { map, offset: toValue ? it.nextImm : 0 }));
}
