import type { Btf, BtfParameter } from "../../object/btf/btf-type.ts";
import { skipModifiers } from "../../object/btf/resolve.ts";
import { structOperations } from "../../program-type/struct-operations.ts";
import { type Category, Refusal } from "../refusal.ts";
import type { KernelTarget } from "./kernel-target.ts";

/**
 * The function of a struct that a program is for, by the struct and the member: `tcp_congestion_ops/ssthresh` (check_struct_ops_btf_id).
 * Throws a Refusal.
 */
export function findStructMember(
  attachTarget: string | undefined,
  btf: Btf | undefined,
  sleepable: boolean,
  gplCompatible: boolean,
): KernelTarget {
  const refuse = (category: Category, reason: string): never => {
    throw new Refusal(category, -1, [reason]);
  };
  if (!gplCompatible) refuse("license", "struct ops programs must have a GPL compatible license");
  if (btf === undefined)
    return refuse("unsupported", "functions of structs without the kernel's types are not supported by netsim yet");
  const [struct = "", name = ""] = attachTarget?.split("/") ?? [];
  if (attachTarget === undefined) return refuse("context", "No struct of the object holds the program");
  const id = btf.find("struct", struct);
  const type = id === undefined ? undefined : btf.type(id);
  const isTaken = btf.find("struct", `bpf_struct_ops_${struct}`) !== undefined;
  if (type?.kind !== "struct" || !isTaken)
    return refuse("context", `attach_btf_id ${id ?? 0} is not a supported struct`);
  const operations = structOperations(struct);
  if (operations === undefined)
    return refuse("unsupported", `functions of struct ${struct} are not supported by netsim yet`);
  const index = type.members.findIndex((it) => it.name === name);
  const pointer = index < 0 ? undefined : btf.type(skipModifiers(btf, type.members[index]!.type) ?? 0);
  const prototype = pointer?.kind === "pointer" ? btf.type(skipModifiers(btf, pointer.type) ?? 0) : undefined;
  if (prototype?.kind !== "prototype")
    return refuse("context", `attach to invalid member ${name}(@idx ${index}) of struct ${struct}`);
  const maySleep = operations.sleeping?.includes(name) ?? true;
  if (operations.unsupported.includes(name) || (sleepable && !maySleep))
    return refuse("context", `attach to unsupported member ${name} of struct ${struct}`);
  return {
    btf,
    name,
    parameters: namedByStub(btf, `${struct}__${name}`, prototype.parameters),
    returns: undefined,
    givesNothing: skipModifiers(btf, prototype.returns) === 0,
    isVoid: btf.type(skipModifiers(btf, prototype.returns) ?? 0).kind === "void",
    kind: "member",
    operations,
  };
}

/** A stand-in of the function, where the kernel has one, names the arguments that may be null (prepare_arg_info). */
function namedByStub(btf: Btf, stub: string, parameters: readonly BtfParameter[]): readonly BtfParameter[] {
  const id = btf.find("function", stub);
  const type = id === undefined ? undefined : btf.type(id);
  const prototype = type?.kind === "function" ? btf.type(type.type) : undefined;
  if (prototype?.kind !== "prototype") return parameters;
  return parameters.map((it, i) => ({ ...it, name: prototype.parameters[i]?.name ?? it.name }));
}
