import { skipModifiers } from "../../object/btf/resolve.ts";
import { isPacketDynptr } from "../state/dynptr-kind.ts";
import { NOT_INIT, pointer, type Register, UNKNOWN_SCALAR } from "../state/register.ts";
import { FLAG, OWN_OBJECT, TYPE } from "../state/register-type.ts";
import type { StructType } from "../state/struct-type.ts";
import { KERNEL_CONTEXTS } from "./kernel-contexts.ts";
import type { KernelFacts } from "./kernel-facts.ts";
import { lend } from "./nullness.ts";
import { allocatedType, mayHoldLock } from "./object-fields.ts";
import type { Walk } from "./walk.ts";

/** Functions that look at a list or a tree: what they give stays there. */
const LOOKING = [
  "bpf_list_front",
  "bpf_list_back",
  "bpf_rbtree_first",
  "bpf_rbtree_root",
  "bpf_rbtree_left",
  "bpf_rbtree_right",
];

/** What R0 is behind a call of a kernel function. */
export function resultOfKernel(walk: Walk, facts: KernelFacts): Register {
  const { prototype } = facts;
  if (prototype.result === "void") return NOT_INIT;
  let result = pointedTo(walk, facts);
  if (result.type === TYPE.scalar) return result;
  if (LOOKING.includes(prototype.name)) result = lend(result);
  // A reference is never null where the program still has another one (is_kfunc_ret_null).
  const mayBeNull = prototype.mayBeNull && !(prototype.result === "counted" && facts.isOwner);
  if (mayBeNull) result = { ...result, type: result.type | FLAG.orNull, id: walk.newId() };
  if (prototype.acquires) {
    const reference = walk.acquireReference();
    result = { ...result, reference, ...(mayBeNull ? { id: reference } : {}) };
  }
  return result.id === 0 && mayHoldLock(result) ? { ...result, id: walk.newId() } : result;
}

function pointedTo(walk: Walk, facts: KernelFacts): Register {
  const { prototype } = facts;
  switch (prototype.result) {
    case "struct":
      return pointer(TYPE.struct, { struct: walk.structs.named(prototype.resultOf) });
    case "memory":
      return pointer(TYPE.memory | (prototype.name === "bpf_session_cookie" ? 0 : FLAG.readOnly), {
        extent: prototype.resultBytes,
        reference: facts.reference,
      });
    case "slice":
      return slice(walk, facts);
    case "object":
      return allocated(walk, allocatedStruct(walk, facts));
    case "counted":
      return pointer(OWN_OBJECT, { struct: facts.struct });
    case "node": {
      const { holds } = facts.root!;
      return pointer(OWN_OBJECT, { struct: walk.structs.local(holds!.struct)!, offset: holds!.node });
    }
    case "kernel-context":
      return pointer(TYPE.struct | FLAG.trusted, { struct: walk.structs.named(kernelContext(walk)) });
    case "cast":
      return cast(walk, facts);
    default:
      return UNKNOWN_SCALAR;
  }
}

function slice(walk: Walk, { prototype, dynptr, constant }: KernelFacts): Register {
  const packet = isPacketDynptr(dynptr!.kind) ? FLAG.packetSlice : 0;
  if (prototype.name === "bpf_dynptr_slice")
    return pointer(TYPE.memory | FLAG.readOnly | packet, { extent: Number(constant), dynptr: dynptr!.id });
  if (walk.programType.packetAccess !== "write") walk.refuse("packet", "the prog does not allow writes to packet data");
  return pointer(TYPE.memory | packet, { extent: Number(constant), dynptr: dynptr!.id });
}

function allocated(walk: Walk, struct: StructType): Register {
  walk.insights.noteAllocation(walk.index, allocatedType(struct));
  return pointer(OWN_OBJECT, { struct });
}

function allocatedStruct(walk: Walk, { constant }: KernelFacts): StructType {
  if (constant > 0xffff_ffffn) walk.refuse("helper-call", "local type ID argument must be in range [0, U32_MAX]");
  if (walk.setup.types === undefined) walk.refuse("helper-call", "bpf_obj_new/bpf_percpu_obj_new requires prog BTF");
  const struct = walk.structs.local(Number(constant));
  if (struct === undefined)
    walk.refuse("helper-call", "bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct");
  return struct;
}

function kernelContext(walk: Walk): string {
  const { context } = walk.programType;
  const name = KERNEL_CONTEXTS[context.name];
  if (name === undefined)
    walk.refuse("unsupported", `the kernel's own struct of ${context.name} is not supported by netsim yet`);
  return name;
}

/** bpf_rdonly_cast: nobody vouches for it. */
function cast(walk: Walk, { constant }: KernelFacts): Register {
  const btf = walk.structs.kernel;
  if (btf === undefined)
    walk.refuse("unsupported", "bpf_rdonly_cast without the kernel's types is not supported by netsim yet");
  if (constant === 0n) return pointer(TYPE.memory | FLAG.readOnly | FLAG.untrusted, { extent: 0 });
  const id = constant < BigInt(btf.count) ? skipModifiers(btf, Number(constant)) : undefined;
  const kind = id === undefined ? undefined : btf.type(id).kind;
  if (id === undefined || (kind !== "struct" && kind !== "union"))
    walk.refuse("helper-call", "kfunc bpf_rdonly_cast type ID argument must be of a struct or void");
  return pointer(TYPE.struct | FLAG.untrusted, { struct: walk.structs.numbered(id) });
}
