import type { Btf } from "../../object/btf/btf-type.ts";
import { skipModifiers } from "../../object/btf/resolve.ts";
import { candidates } from "../../object/core/names.ts";
import { Refusal } from "../refusal.ts";

const KINDS: Readonly<Record<string, string>> = { struct: "STRUCT", union: "UNION", forward: "FWD" };

/**
 * Name of the one kernel's struct that a type of the program stands for, flavours aside (btf_get_ptr_to_btf_id). Throws a Refusal where there
 * is none, or more than one.
 */
export function kernelStructOf(
  btf: Btf,
  typeId: number,
  argument: number,
  kernel: Btf | undefined,
  instruction: number,
): string {
  if (kernel === undefined)
    throw new Refusal("unsupported", instruction, [
      "arguments tagged trusted or untrusted without the kernel's types are not supported by netsim yet",
    ]);
  const type = btf.type(skipModifiers(btf, typeId) ?? 0);
  const name = "name" in type ? type.name : "";
  const refuse = (reason: string): never => {
    throw new Refusal("function-call", instruction, [
      `arg#${argument} reference type('${KINDS[type.kind] ?? "UNKNOWN"} ${name}') ${reason}`,
    ]);
  };
  if (name === "") return refuse("candidate matching error: -22");
  const found = candidates(kernel, type);
  if (found.length === 0) return refuse("has no matches");
  if (found.length > 1) return refuse("is ambiguous");
  if (kernel.type(found[0]!).kind !== "struct")
    throw new Refusal("unsupported", instruction, [
      `arguments tagged trusted or untrusted that point to a ${type.kind} are not supported by netsim yet`,
    ]);
  return kernel.name(found[0]!);
}
