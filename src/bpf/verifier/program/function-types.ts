import type { Btf, BtfType } from "../../object/btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../../object/btf/resolve.ts";
import { Refusal } from "../refusal.ts";
import { kernelStructOf } from "./kernel-struct.ts";

/** A function of the program as its BTF describes it. */
export interface FunctionInfo {
  readonly name: string;
  /** Slot where it begins. */
  readonly instruction: number;
  /** Its BTF function; undefined where there is none. */
  readonly typeId: number | undefined;
  readonly linkage: "static" | "global" | "extern";
}

/** What the program's BTF says of its functions. */
export interface ProgramTypes {
  readonly btf: Btf;
  /** In the order of the functions. */
  readonly functions: readonly FunctionInfo[];
}

/** What an argument of a function is (`struct bpf_subprog_arg_info`). */
export type FunctionArgument =
  | { readonly kind: "context" | "scalar" | "dynptr" }
  /** Whatever a caller gives, to be read through probes. */
  | { readonly kind: "untrusted-memory" }
  /** A kernel's struct, by its name there. */
  | { readonly kind: "struct"; readonly struct: string; readonly orNull: boolean; readonly untrusted: boolean }
  | { readonly kind: "memory"; readonly size: number; readonly orNull: boolean };

export const MAX_ARGUMENTS = 5;
const EINVAL = -22;

/** How BTF kinds are called in messages (btf_type_str). */
const KIND_NAMES: Partial<Record<BtfType["kind"], string>> = {
  int: "INT",
  pointer: "PTR",
  array: "ARRAY",
  struct: "STRUCT",
  union: "UNION",
  enum: "ENUM",
  enum64: "ENUM64",
  forward: "FWD",
  float: "FLOAT",
  function: "FUNC",
  prototype: "FUNC_PROTO",
  void: "UNKNOWN",
};

/** The arguments of a global function, or why it cannot be one (btf_prepare_func_args). */
export function argumentsOfGlobal(
  { btf }: ProgramTypes,
  { name, typeId, instruction }: FunctionInfo,
  contextNames: readonly string[],
  kernelTypes: Btf | undefined,
): readonly FunctionArgument[] {
  const refuse = (message: string): never => {
    throw new Refusal("function-call", instruction, [message]);
  };
  if (typeId === undefined) return refuse("Global functions need valid BTF");
  const type = btf.type(typeId);
  const prototype = type.kind === "function" ? btf.type(type.type) : undefined;
  if (prototype?.kind !== "prototype") return refuse(`Invalid type of function ${name}()`);
  const { parameters, returns } = prototype;
  if (parameters.length > MAX_ARGUMENTS)
    refuse(`Global function ${name}() with ${parameters.length} > ${MAX_ARGUMENTS} args. Buggy compiler.`);
  if (!isNumber(btf.type(skipModifiers(btf, returns) ?? 0)))
    refuse(`Global function ${name}() doesn't return scalar. Only those are supported.`);
  return parameters.map((parameter, i) => {
    const tags = tagsOf(btf, typeId, i);
    const known = ["ctx", "nonnull", "nullable", "trusted", "untrusted", "arena"];
    if (tags.some((tag) => !known.includes(tag))) refuse(`arg#${i} has unsupported set of tags`);
    const actual = btf.type(skipModifiers(btf, parameter.type) ?? 0);
    if (actual.kind !== "pointer") {
      if (tags.length > 0) refuse(`arg#${i} has pointer tag, but is not a pointer type`);
      if (isNumber(actual)) return { kind: "scalar" };
      return refuse(`Arg#${i} type ${KIND_NAMES[actual.kind] ?? "UNKNOWN"} in ${name}() is not supported yet.`);
    }
    const pointee = btf.type(skipModifiers(btf, actual.type) ?? 0);
    if (tags.includes("ctx") || isContext(btf, actual.type, contextNames)) {
      if (tags.some((tag) => tag !== "ctx")) refuse(`arg#${i} has invalid combination of tags`);
      return { kind: "context" };
    }
    if (pointee.kind === "struct" && pointee.name === "bpf_dynptr") {
      if (tags.length > 0) refuse(`arg#${i} has invalid combination of tags`);
      return { kind: "dynptr" };
    }
    if (tags.includes("trusted")) {
      if (tags.includes("nonnull")) refuse(`arg#${i} has invalid combination of tags`);
      const struct = kernelStructOf(btf, actual.type, i, kernelTypes, instruction);
      return { kind: "struct", struct, orNull: tags.includes("nullable"), untrusted: false };
    }
    if (tags.includes("untrusted")) {
      if (tags.some((tag) => tag !== "untrusted")) refuse(`arg#${i} untrusted cannot be combined with any other tags`);
      if (pointee.kind === "void" || isNumber(pointee)) return { kind: "untrusted-memory" };
      const struct = kernelStructOf(btf, actual.type, i, kernelTypes, instruction);
      return { kind: "struct", struct, orNull: false, untrusted: true };
    }
    if (tags.includes("arena"))
      throw new Refusal("unsupported", instruction, ["arguments tagged arena are not supported by netsim yet"]);
    if (tags.includes("nullable")) refuse(`arg#${i} has invalid combination of tags`);
    const size = sizeOf(btf, actual.type);
    if (size === undefined)
      return refuse(
        `arg#${i} reference type('${KIND_NAMES[pointee.kind] ?? "UNKNOWN"} ${"name" in pointee ? pointee.name : ""}') ` +
          `size cannot be determined: ${EINVAL}`,
      );
    return { kind: "memory", size, orNull: !tags.includes("nonnull") };
  });
}

export const isNumber = ({ kind }: BtfType): boolean => kind === "int" || kind === "enum" || kind === "enum64";

export function isContext(btf: Btf, id: number, names: readonly string[]): boolean {
  for (let at = id, depth = 0; depth < 32; depth++) {
    const type = btf.type(at);
    if ((type.kind === "struct" || type.kind === "typedef") && names.includes(type.name)) return true;
    if (type.kind !== "typedef" && type.kind !== "const" && type.kind !== "volatile") return false;
    at = type.type;
  }
  return false;
}

/** `nonnull` of `__arg_nonnull`: declaration tags that begin with `arg:`. */
export function tagsOf(btf: Btf, functionId: number, parameter: number): string[] {
  const tags: string[] = [];
  for (let id = 1; id < btf.count; id++) {
    const type = btf.type(id);
    if (type.kind === "declaration-tag" && type.type === functionId && type.component === parameter)
      if (type.name.startsWith("arg:")) tags.push(type.name.slice(4));
  }
  return tags;
}
