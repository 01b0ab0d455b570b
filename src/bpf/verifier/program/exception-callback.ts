import { Refusal } from "../refusal.ts";
import type { ProgramTypes } from "./function-types.ts";

const TAG = "exception_callback:";

/** Number of the function that a tag of the main function names for exceptions; undefined without (bpf_find_exception_callback_insn_off). */
export function findExceptionCallback(types: ProgramTypes | undefined): number | undefined {
  const main = types?.functions[0]?.typeId;
  if (types === undefined || main === undefined) return undefined;
  const { btf, functions } = types;
  const names: string[] = [];
  for (let id = 1; id < btf.count; id++) {
    const type = btf.name(id).startsWith(TAG) ? btf.type(id) : undefined;
    if (type?.kind === "declaration-tag" && type.type === main && type.component === -1)
      names.push(type.name.slice(TAG.length));
  }
  const [name, second] = names;
  if (name === undefined) return undefined;
  const refuse = (reason: string): never => {
    throw new Refusal("function-call", -1, [reason]);
  };
  if (second !== undefined) refuse("multiple exception callback tags for main subprog");
  const id = btf.find("function", name);
  if (id === undefined) return refuse(`exception callback '${name}' could not be found in BTF`);
  const type = btf.type(id);
  if (type.kind !== "function" || type.linkage !== "global")
    refuse(`exception callback '${name}' must have global linkage`);
  const number = functions.findIndex((it) => it.typeId === id);
  if (number === 0) refuse("invalid exception callback insn_off in func_info: 0");
  if (number < 0) refuse("exception callback type id not found in func_info");
  return number;
}
