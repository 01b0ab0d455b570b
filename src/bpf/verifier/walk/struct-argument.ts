import type { KernelArgument, KernelPrototype } from "../../kernel-functions/prototype.ts";
import type { Register } from "../state/register.ts";
import { baseOf, FLAG, isTrusted, structNameOf, TYPE, typeText } from "../state/register-type.ts";
import { KERNEL_CONTEXTS } from "./kernel-contexts.ts";
import type { KernelFacts } from "./kernel-facts.ts";
import { structFits } from "./struct-access.ts";
import type { Walk } from "./walk.ts";

/** Programs of other types have the kernel's own struct of what is a context elsewhere. */
export const isProjection = (walk: Walk, { kind, of }: KernelArgument): boolean =>
  kind === "context" && of !== "" && walk.programType.context.name !== of;

/** The kernel must keep it alive, or a read-side critical section where that will do. */
export function checkTrust(walk: Walk, number: number, register: Register, { rcu }: KernelPrototype): void {
  if (isTrusted(register)) return;
  if (!rcu) walk.refuse("helper-call", `R${number} must be referenced or trusted`);
  if ((register.type & FLAG.rcu) === 0) walk.refuse("helper-call", `R${number} must be a rcu pointer`);
}

/** What is no struct is memory, which structs with pointers in them cannot be (get_kfunc_ptr_arg_type). */
export function checkIsStruct(walk: Walk, i: number, { type }: Register, { of }: KernelArgument): void {
  if (baseOf(type) === TYPE.struct || structNameOf(type) !== undefined) return;
  walk.refuse("helper-call", `arg#${i} pointer type STRUCT ${of} must point to scalar, or struct with scalar`);
}

/** A pointer to a kernel's struct (process_kf_arg_ptr_to_btf_id). */
export function checkStructArgument(
  walk: Walk,
  i: number,
  register: Register,
  argument: KernelArgument,
  { prototype }: KernelFacts,
): void {
  const { of, kind } = argument;
  checkIsStruct(walk, i, register, argument);
  const wanted = kind === "context" ? (KERNEL_CONTEXTS[of] ?? of) : of;
  const isStruct = baseOf(register.type) === TYPE.struct;
  const standIn = structNameOf(register.type);
  const unsafe = (register.type & (FLAG.untrusted | FLAG.orNull | FLAG.perCpu | FLAG.user)) !== 0;
  if (isStruct && unsafe && (register.type & FLAG.rcu) === 0)
    walk.refuse("helper-call", `arg#${i} is ${typeText(register.type)} expected ${typeText(TYPE.struct)} or socket`);
  const given = register.struct ?? walk.structs.named(standIn!);
  const strict = prototype.releases && register.reference !== 0;
  if (structFits(walk, given, register.offset, wanted, strict)) return;
  walk.refuse(
    "helper-call",
    `kernel function ${prototype.name} args#${i} expected pointer to STRUCT ${of} but R${i + 1} has a pointer to STRUCT ${given.name}`,
  );
}
