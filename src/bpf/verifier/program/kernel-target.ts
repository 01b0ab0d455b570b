import type { Btf, BtfParameter } from "../../object/btf/btf-type.ts";
import { skipModifiers } from "../../object/btf/resolve.ts";
import type { StructOperations } from "../../program-type/struct-operations.ts";
import type { ProgramType } from "../../program-type.ts";
import { Refusal } from "../refusal.ts";
import { findStructMember } from "./struct-member.ts";

const [RAW_TRACEPOINT, ENTRY, EXIT, ITERATOR] = [23, 24, 25, 28];

/** What the kernel says where a program names nothing that it is attached to. */
const NO_TARGET = "Tracing programs must provide btf_id";

/** What a program is attached to, as the kernel's BTF describes it: its arguments are the program's context. */
export interface KernelTarget {
  readonly btf: Btf;
  /** The function's, or the tracepoint's type's. */
  readonly name: string;
  readonly parameters: readonly BtfParameter[];
  /** Its result, which follows the arguments; undefined where programs do not get it. */
  readonly returns: number | undefined;
  readonly kind: "tracepoint" | "function" | "iterator" | "member";
  /** Of a member of a struct: what is known of the struct. */
  readonly operations?: StructOperations;
  /** Nobody looks at what the program leaves in R0. */
  readonly isVoid?: boolean;
  /** What it is attached to gives nothing back. */
  readonly givesNothing: boolean;
}

/** Finds it (bpf_check_attach_target); undefined for types whose context has a layout of its own. Throws a Refusal. */
export function findKernelTarget(
  programType: ProgramType,
  attachType: number,
  attachTarget: string | undefined,
  btf: Btf | undefined,
  sleepable: boolean,
  gplCompatible: boolean,
): KernelTarget | undefined {
  if (programType.name === "struct_ops") return findStructMember(attachTarget, btf, sleepable, gplCompatible);
  if (programType.name !== "tracing") return undefined;
  const refuse = (reason: string): never => {
    throw new Refusal("unsupported", -1, [`${reason} is not supported by netsim yet`]);
  };
  // The loader finds no id to give.
  const missing = (): never => {
    throw new Refusal("function-call", -1, [NO_TARGET]);
  };
  if (btf === undefined) return refuse("tracing without the kernel's types");
  if (attachTarget === undefined) return refuse("tracing of something that the section does not name");
  if (attachType === RAW_TRACEPOINT) {
    const id = btf.find("typedef", `btf_trace_${attachTarget}`);
    const type = id === undefined ? undefined : btf.type(id);
    const pointer = type?.kind === "typedef" ? btf.type(type.type) : undefined;
    const prototype = pointer?.kind === "pointer" ? btf.type(pointer.type) : undefined;
    if (prototype?.kind !== "prototype") return missing();
    // The first argument is the tracepoint's own.
    return {
      btf,
      name: `btf_trace_${attachTarget}`,
      parameters: prototype.parameters.slice(1),
      returns: undefined,
      kind: "tracepoint",
      givesNothing: true,
    };
  }
  const isIterator = attachType === ITERATOR;
  if (!isIterator && attachType !== ENTRY && attachType !== EXIT)
    return refuse("changing what a function of the kernel returns");
  if (sleepable && !isIterator) return refuse("a sleepable program at a function of the kernel");
  const name = isIterator ? `bpf_iter_${attachTarget}` : attachTarget;
  const id = btf.find("function", name);
  const type = id === undefined ? undefined : btf.type(id);
  const prototype = type?.kind === "function" ? btf.type(type.type) : undefined;
  if (prototype?.kind !== "prototype") return missing();
  const { parameters, returns } = prototype;
  return {
    btf,
    name,
    parameters,
    returns: attachType === EXIT ? skipModifiers(btf, returns) : undefined,
    kind: isIterator ? "iterator" : "function",
    givesNothing: skipModifiers(btf, returns) === 0,
  };
}
