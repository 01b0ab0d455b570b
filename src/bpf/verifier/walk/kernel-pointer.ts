import { kernelFunctionNames, kernelPrototype } from "../../kernel-functions/prototype.ts";
import type { KernelPointer } from "../../maps/definition.ts";
import { isNull, pointer, type Register } from "../state/register.ts";
import { baseOf, FLAG, TYPE, typeText } from "../state/register-type.ts";
import type { StructType } from "../state/struct-type.ts";
import type { LoadRequest, StoreRequest } from "./memory-access.ts";
import { fieldsOfStruct } from "./object-fields.ts";
import { checkUnmodified } from "./region-access.ts";
import { structFits } from "./struct-access.ts";
import type { Walk } from "./walk.ts";

/** Structs that live until a grace period ends (rcu_protected_types). */
const UNDER_RCU = ["prog_test_ref_kfunc", "cgroup", "bpf_cpumask", "task_struct", "bpf_crypto_ctx"];

/** Structs that kernel functions are about: known to be the kernel's where its types are not at hand. */
const KERNEL_STRUCTS: ReadonlySet<string> = new Set(
  kernelFunctionNames().flatMap((name) => {
    const { arguments: parameters, result, resultOf } = kernelPrototype(name)!;
    return [
      ...parameters.filter(({ kind }) => kind === "struct").map(({ of }) => of),
      ...(result === "struct" ? [resultOf] : []),
    ];
  }),
);

/** The struct that such a pointer points to: one of the kernel if it has one of that name, else the program's own. */
export function structOfPointer(walk: Walk, { name, id }: KernelPointer): StructType {
  const { kernel } = walk.structs;
  const isKernel = kernel === undefined ? KERNEL_STRUCTS.has(name) : kernel.find("struct", name) !== undefined;
  return isKernel ? walk.structs.named(name) : (walk.structs.local(id) ?? walk.structs.named(name));
}

/** A load of a kernel pointer from a map's value, or a store to it (check_map_kptr_access). */
export function accessKernelPointer(
  walk: Walk,
  field: KernelPointer,
  at: number,
  request: LoadRequest | StoreRequest,
): Register | undefined {
  if (field.kind === "user")
    walk.refuse("unsupported", "pointers to user memory in maps are not supported by netsim yet");
  const instruction = walk.model.instructions[walk.index]!;
  if (instruction?.kind !== "load" && instruction?.kind !== "store")
    walk.refuse("map", "kptr in map can only be accessed using BPF_MEM instruction mode");
  if (request.access === "write") {
    if (field.kind !== "untrusted") walk.refuse("map", "store to referenced kptr disallowed");
    const { value } = request;
    if (value.kind === "constant" && value.value !== 0)
      walk.refuse("map", `BPF_ST imm must be 0 when storing to kptr at off=${at}`);
    if (value.kind === "register") {
      const register = walk.frame.registers[value.number]!;
      if (!isNull(register)) checkPointerType(walk, field, value.number, register);
    }
    return undefined;
  }
  const struct = structOfPointer(walk, field);
  return pointer(TYPE.struct | FLAG.orNull | flagsOf(walk, field, struct), { struct, id: walk.newId() });
}

/** btf_ld_kptr_type */
function flagsOf(walk: Walk, { kind }: KernelPointer, struct: StructType): number {
  const underRcu = kind === "percpu" || (kind === "referenced" && (struct.isLocal || UNDER_RCU.includes(struct.name)));
  if (!underRcu || !walk.inCriticalSection) return FLAG.untrusted;
  const isNode = fieldsOfStruct(struct).some((it) => it.kind === "list-node" || it.kind === "tree-node");
  return (
    FLAG.rcu | (kind === "percpu" ? FLAG.perCpu : struct.isLocal ? FLAG.allocated : 0) | (isNode ? FLAG.borrowed : 0)
  );
}

/** What is put into a kernel pointer must be one of its kind (map_kptr_match_type). */
export function checkPointerType(walk: Walk, field: KernelPointer, number: number, register: Register): void {
  const struct = structOfPointer(walk, field);
  const permitted = register.struct?.isLocal
    ? FLAG.orNull | FLAG.allocated | (field.kind === "percpu" ? FLAG.perCpu : 0)
    : FLAG.orNull | FLAG.trusted | FLAG.rcu | (field.kind === "untrusted" ? FLAG.untrusted : 0);
  const isStruct = baseOf(register.type) === TYPE.struct && (register.type & ~0xff & ~permitted) === 0;
  if (isStruct) {
    checkUnmodified(walk, register, number, true);
    const fits =
      register.struct === struct
        ? register.offset === 0
        : !struct.isLocal &&
          structFits(walk, register.struct!, register.offset, struct.name, field.kind !== "untrusted");
    if (fits) return;
  }
  const target = `${typeText(TYPE.struct)}${struct.name}`;
  const other = field.kind === "untrusted" ? ` or ${typeText(TYPE.struct | FLAG.untrusted)}${struct.name}` : "";
  walk.refuse(
    "map",
    `invalid kptr access, R${number} type=${typeText(register.type)}${register.struct?.name ?? ""} expected=${target}${other}`,
  );
}
