import { skipModifiers } from "../../object/btf/resolve.ts";
import { TRACEPOINT_NULLS } from "../../program-type/tracepoint-nulls.ts";
import type { KernelTarget } from "../program/kernel-target.ts";
import { pointer, type Register, UNKNOWN_SCALAR } from "../state/register.ts";
import { FLAG, TYPE } from "../state/register-type.ts";
import { bufferOf, flagsOfElement } from "./iterator-context.ts";
import type { Walk } from "./walk.ts";

/** Arguments that a program may have (MAX_BPF_FUNC_ARGS). */
const MOST = 12;
const PREFIX = "btf_trace_".length;
const TAGS: Readonly<Record<string, number>> = { user: FLAG.user, percpu: FLAG.perCpu };

/** A load from the arguments of what a program is attached to (btf_ctx_access). */
export function accessArguments(
  walk: Walk,
  target: KernelTarget,
  offset: number,
  size: number,
  isWrite: boolean,
): Register {
  const { btf, parameters, returns, kind } = target;
  const name = shownName(target);
  const refuse = (...why: string[]): never =>
    walk.refuse("context", ...why, `invalid bpf_context access off=${offset} size=${size}`);
  if (isWrite || offset < 0 || offset >= MOST * 8 || offset % size !== 0) refuse();
  if (offset % 8 !== 0) refuse(`func '${name}' offset ${offset} is not multiple of 8`);
  const number = offset / 8;
  const isResult = number === parameters.length && returns !== undefined;
  const type = isResult ? returns : parameters[number]?.type;
  if (type === undefined) return refuse(`func '${name}' doesn't have ${beyond(target, number)}-th argument`);
  const actual = btf.type(skipModifiers(btf, type) ?? 0);
  if (actual.kind === "int" || actual.kind === "enum" || actual.kind === "enum64" || actual.kind === "struct")
    return UNKNOWN_SCALAR;
  if (actual.kind !== "pointer")
    return refuse(`func '${name}' arg${number} has type ${actual.kind.toUpperCase()}. Only pointer access is allowed`);
  if (size !== 8) refuse(`func '${name}' size ${size} must be 8`);
  const pointee = skipModifiers(btf, actual.type) ?? 0;
  const to = btf.type(pointee);
  if (to.kind === "void" && kind === "iterator") return bufferOf(walk, parameters[number]!);
  if (to.kind === "void" || to.kind === "int") return UNKNOWN_SCALAR;
  if (to.kind !== "struct") return refuse(`func '${name}' arg${number} type ${to.kind.toUpperCase()} is not a struct`);
  const flags = flagsOf(target, number);
  // What iterators and structs of functions say of their arguments needs no look at their types.
  const isDeclared = (kind === "iterator" || kind === "member") && ((flags ?? 0) & FLAG.orNull) !== 0;
  if (!isDeclared)
    walk.log.line(`func '${name}' arg${number} has btf_id ${pointee} type STRUCT '${btf.name(pointee)}'`);
  // It may hold an error in the place of an address.
  if (flags === undefined) return UNKNOWN_SCALAR;
  const tag = btf.type(actual.type);
  const tagged = tag.kind === "type-tag" ? (TAGS[tag.name] ?? 0) : 0;
  const id = (flags & FLAG.orNull) === 0 ? 0 : walk.newId();
  const larger = target.operations?.larger[btf.name(pointee)];
  const struct = larger === undefined ? walk.structs.numbered(pointee) : walk.structs.named(larger);
  return pointer(TYPE.struct | flags | tagged, { struct, id });
}

/** Tracepoints are shown by their own names. */
const shownName = ({ kind, name }: KernelTarget): string => (kind === "tracepoint" ? name.slice(PREFIX) : name);

/** How Linux counts an argument that is not there: the tracepoint's own counts, and the result is the last (get_ctx_arg_idx). */
function beyond({ kind, parameters, givesNothing }: KernelTarget, number: number): number {
  const count = parameters.length + (kind === "tracepoint" ? 1 : 0);
  return number < count ? number + 1 : number === count && !givesNothing ? count + 1 : count + 2;
}

function flagsOf(target: KernelTarget, number: number): number | undefined {
  const { kind, name, parameters } = target;
  const nullable = parameters[number]?.name.endsWith("__nullable") === true ? FLAG.orNull : 0;
  if (kind === "function") return nullable;
  if (kind === "member") return FLAG.trusted | nullable;
  if (kind === "iterator") return flagsOfElement(target, number);
  const nulls = TRACEPOINT_NULLS[name.slice(PREFIX)] ?? 0;
  const digit = Math.floor(nulls / 16 ** number) % 16;
  if ((digit & 2) !== 0) return undefined;
  return FLAG.trusted | nullable | ((digit & 1) === 0 ? 0 : FLAG.orNull);
}
