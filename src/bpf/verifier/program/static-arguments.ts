import { skipModifiers } from "../../object/btf/resolve.ts";
import {
  type FunctionArgument,
  type FunctionInfo,
  isContext,
  isNumber,
  MAX_ARGUMENTS,
  type ProgramTypes,
  tagsOf,
} from "./function-types.ts";

/**
 * The arguments of a function that is walked with what its callers give, where its BTF says enough of them to look whether that
 * fits; or why it does not, "" where the kernel does not say (btf_prepare_func_args of a static function).
 */
export function argumentsOfStatic(
  { btf }: ProgramTypes,
  { typeId }: FunctionInfo,
  contextNames: readonly string[],
): readonly FunctionArgument[] | string {
  const type = typeId === undefined ? undefined : btf.type(typeId);
  const prototype = type?.kind === "function" ? btf.type(type.type) : undefined;
  if (prototype?.kind !== "prototype" || prototype.parameters.length > MAX_ARGUMENTS) return "";
  if (!isNumber(btf.type(skipModifiers(btf, prototype.returns) ?? 0))) return "";
  const found: FunctionArgument[] = [];
  for (const [i, parameter] of prototype.parameters.entries()) {
    if (tagsOf(btf, typeId!, i).length > 0) return `arg#${i} type tag is not supported in static functions`;
    const actual = btf.type(skipModifiers(btf, parameter.type) ?? 0);
    if (isNumber(actual)) {
      found.push({ kind: "scalar" });
      continue;
    }
    if (actual.kind !== "pointer") return "";
    const pointee = btf.type(skipModifiers(btf, actual.type) ?? 0);
    if (isContext(btf, actual.type, contextNames)) found.push({ kind: "context" });
    else if (pointee.kind === "struct" && pointee.name === "bpf_dynptr") found.push({ kind: "dynptr" });
    else return "";
  }
  return found;
}
