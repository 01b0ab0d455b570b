import { skipModifiers } from "../../object/btf/resolve.ts";
import { Refusal } from "../refusal.ts";
import { type FunctionInfo, isNumber, type ProgramTypes } from "./function-types.ts";
import type { ProgramModel } from "./program-model.ts";

const TAIL_CALL = 12;

/**
 * Loads from packets and tail calls may leave a function early, with a number: other functions than the main one may have them
 * only where BTF says that they return one (check_abnormal_return, check_btf_func).
 */
export function checkAbnormalReturns(model: ProgramModel, types: ProgramTypes | undefined): void {
  for (const { number, start, end } of model.subprograms) {
    if (number === 0) continue;
    if (types !== undefined && returnsNumber(types, types.functions[number])) continue;
    const rule =
      types === undefined
        ? "is not allowed in subprogs without BTF"
        : "is only allowed in functions that return 'int'.";
    const at = types === undefined ? start : -1;
    const slots = model.instructions.slice(start, end);
    if (slots.some((instruction) => instruction?.kind === "packet-load"))
      throw new Refusal("function-call", at, [`LD_ABS ${rule}`]);
    if (slots.some((instruction) => instruction?.kind === "call-helper" && instruction.helper === TAIL_CALL))
      throw new Refusal("function-call", at, [`tail_call ${rule}`]);
  }
}

function returnsNumber({ btf }: ProgramTypes, info: FunctionInfo | undefined): boolean {
  const type = info?.typeId === undefined ? undefined : btf.type(info.typeId);
  const prototype = type?.kind === "function" ? btf.type(type.type) : undefined;
  if (prototype?.kind !== "prototype") return false;
  return isNumber(btf.type(skipModifiers(btf, prototype.returns) ?? 0));
}
