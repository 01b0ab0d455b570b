import type { KernelArgument, KernelPrototype } from "../../kernel-functions/prototype.ts";
import type { ValueField } from "../../maps/definition.ts";
import { TREE_ADD } from "../program/control-flow.ts";
import { markPrecise } from "../pruning/precision.ts";
import { Refusal } from "../refusal.ts";
import { DYNPTR } from "../state/dynptr-kind.ts";
import { isNull, type Register } from "../state/register.ts";
import {
  baseOf,
  FLAG,
  isAllocated,
  isBorrowed,
  isTrusted,
  mayBeNull,
  OWN_OBJECT,
  structNameOf,
  TYPE,
  typeText,
} from "../state/register-type.ts";
import type { StructType } from "../state/struct-type.ts";
import { isConstant } from "../values/scalar.ts";
import { checkConstantString } from "./argument.ts";
import { checkOffset } from "./argument-type.ts";
import { type DynptrArgument, makeDynptr, useDynptr } from "./dynptr.ts";
import { checkNode, checkRoot } from "./graph.ts";
import { checkFixedMemory, checkMemorySize } from "./helper-memory.ts";
import { checkIrqFlag } from "./irq-flag.ts";
import { checkIteratorArgument } from "./iterator.ts";
import { fieldsOf } from "./object-fields.ts";
import { structFits } from "./struct-access.ts";
import type { Walk } from "./walk.ts";

/** What the arguments of a kernel function turned out to be (`struct bpf_kfunc_call_arg_meta`). */
export class KernelFacts {
  readonly prototype: KernelPrototype;
  /** Reference that an argument belongs to, and the register that is given back; 0 for none. */
  reference = 0;
  released = 0;
  /** The value of the argument that is constant. */
  constant = 0n;
  dynptr: DynptrArgument | undefined;
  /** Number of the function that is called. */
  callback = -1;
  /** The list's head or the tree's root. */
  root: ValueField | undefined;
  /** Of an allocated object. */
  struct: StructType | null = null;
  /** The program owns the object, it does not only know of it. */
  isOwner = false;
  workqueue: Register | undefined;

  constructor(prototype: KernelPrototype) {
    this.prototype = prototype;
  }
}

/** check_kfunc_args */
export function checkKernelArguments(walk: Walk, facts: KernelFacts): void {
  const { prototype } = facts;
  for (let i = 0; i < prototype.arguments.length; i++) {
    const argument = prototype.arguments[i]!;
    const register = walk.frame.registers[i + 1]!;
    walk.log.touch(i + 1);
    if (argument.kind === "ignored") continue;
    if (argument.kind === "scalar" || argument.kind === "constant") checkScalar(walk, i + 1, register, argument, facts);
    else if (argument.kind !== "size" && argument.kind !== "constant-size")
      checkPointer(walk, i, register, argument, facts);
  }
  if (prototype.releases && facts.released === 0)
    walk.refuse("reference", `release kernel function ${prototype.name} expects refcounted PTR_TO_BTF_ID`);
}

function checkScalar(
  walk: Walk,
  number: number,
  register: Register,
  argument: KernelArgument,
  facts: KernelFacts,
): void {
  if (register.type !== TYPE.scalar) walk.refuse("helper-call", `R${number} is not a scalar`);
  if (argument.kind === "constant") noteConstant(walk, number, register, facts);
}

function noteConstant(walk: Walk, number: number, register: Register, facts: KernelFacts): void {
  if (!isConstant(register.scalar)) walk.refuse("helper-call", `R${number} must be a known constant`);
  markPrecise(walk, number);
  facts.constant = register.scalar.umin;
}

function checkPointer(walk: Walk, i: number, register: Register, argument: KernelArgument, facts: KernelFacts): void {
  const { prototype } = facts;
  const number = i + 1;
  const isMaybeNull = isNull(register) || mayBeNull(register.type);
  if ((prototype.trusted || prototype.rcu) && isMaybeNull && !argument.orNull)
    walk.refuse("null-pointer", `Possibly NULL pointer passed to trusted arg${i}`);
  if (register.reference !== 0) {
    facts.reference = register.reference;
    if (prototype.releases) facts.released = number;
  }
  if (argument.orNull && isNull(register) && argument.kind !== "memory") return;
  const takesStruct =
    argument.kind === "struct" ||
    argument.kind === "map" ||
    argument.kind === "allocated" ||
    isProjection(walk, argument);
  if (takesStruct && (prototype.trusted || prototype.rcu)) checkTrust(walk, number, register, prototype);
  if (argument.kind !== "memory" || argument.bytes > 0)
    checkOffset(walk, number, register, prototype.releases && register.reference !== 0);
  checkKind(walk, i, register, argument, facts);
}

/** Programs of other types have the kernel's own struct of what is a context elsewhere. */
const isProjection = (walk: Walk, { kind, of }: KernelArgument): boolean =>
  kind === "context" && of !== "" && walk.programType.context.name !== of;

function checkTrust(walk: Walk, number: number, register: Register, { rcu }: KernelPrototype): void {
  if (isTrusted(register)) return;
  if (!rcu) walk.refuse("helper-call", `R${number} must be referenced or trusted`);
  if ((register.type & FLAG.rcu) === 0) walk.refuse("helper-call", `R${number} must be a rcu pointer`);
}

function checkKind(walk: Walk, i: number, register: Register, argument: KernelArgument, facts: KernelFacts): void {
  const number = i + 1;
  switch (argument.kind) {
    case "context":
      if (isProjection(walk, argument)) checkStruct(walk, i, register, argument, facts);
      else if (register.type !== TYPE.context)
        walk.refuse("helper-call", `arg#${i} expected pointer to ctx, but got ${typeText(register.type)}`);
      return;
    case "memory":
      checkMemory(walk, i, register, argument, facts);
      return;
    case "string":
      if (register.type !== TYPE.mapValue) walk.refuse("helper-call", `arg#${i} doesn't point to a const string`);
      checkConstantString(walk, number, register);
      return;
    case "map":
      if (register.type !== TYPE.map) walk.refuse("helper-call", `pointer in R${number} isn't map pointer`);
      if (facts.workqueue !== undefined) checkSameMap(walk, register, facts.workqueue);
      return;
    case "callback":
      if (register.type !== TYPE.function) walk.refuse("helper-call", `arg${i} expected pointer to func`);
      facts.callback = register.extent;
      return;
    case "dynptr":
      checkDynptr(walk, number, argument, facts);
      return;
    case "iterator":
      facts.reference = checkIteratorArgument(walk, number, argument.of, argument.isNew);
      return;
    case "irq-flag":
      checkIrqFlag(walk, number, argument.isNew);
      return;
    case "struct":
      checkStruct(walk, i, register, argument, facts);
      return;
    case "workqueue":
      checkWorkqueue(walk, i, register, facts);
      return;
    case "allocated":
      if (register.type !== OWN_OBJECT) walk.refuse("helper-call", `arg#${i} expected pointer to allocated object`);
      if (register.reference === 0) walk.refuse("reference", "allocated object must be referenced");
      return;
    case "refcounted":
      checkRefcounted(walk, i, register, facts);
      return;
    case "list-head":
    case "tree-root":
      facts.root = checkRoot(walk, i, register, argument.kind);
      return;
    case "list-node":
    case "tree-node":
      checkNode(walk, i, register, argument.kind, facts, facts.prototype.name !== TREE_ADD);
  }
}

function checkMemory(walk: Walk, i: number, register: Register, argument: KernelArgument, facts: KernelFacts): void {
  const number = i + 1;
  if (argument.bytes > 0) {
    checkMemoryPointer(walk, i, register);
    checkFixedMemory(walk, number, argument.bytes);
    return;
  }
  const size = walk.frame.registers[number + 1]!;
  walk.log.touch(number + 1);
  if (!(isNull(register) && argument.orNull)) {
    if (size.type !== TYPE.scalar) walk.refuse("helper-call", `R${number + 1} is not a scalar`);
    checkMemoryPointer(walk, i, register);
    explained(`arg#${i} arg#${i + 1} memory, len pair leads to invalid memory access`, () => {
      checkMemorySize(walk, number + 1, size, "read", true, undefined);
      checkMemorySize(walk, number + 1, size, "write", true, undefined);
    });
  }
  if (facts.prototype.arguments[i + 1]!.kind === "constant-size") noteConstant(walk, number + 1, size, facts);
}

/** What is refused inside gets one more line. */
function explained(line: string, check: () => void): void {
  try {
    check();
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    throw new Refusal(reason.category, reason.index, [...reason.lines, line]);
  }
}

/** Pointers to structs are no memory to those that take bytes. */
function checkMemoryPointer(walk: Walk, i: number, register: Register): void {
  if (baseOf(register.type) === TYPE.struct || structNameOf(register.type) !== undefined)
    walk.refuse(
      "unsupported",
      `pointers to structs as memory of kernel functions (arg#${i}) are not supported by netsim yet`,
    );
}

function checkDynptr(walk: Walk, number: number, argument: KernelArgument, facts: KernelFacts): void {
  if (argument.isNew) {
    const parent = facts.dynptr;
    if (parent !== undefined) makeDynptr(walk, number, parent.kind, parent.reference);
    else makeDynptr(walk, number, argument.of === "xdp" ? DYNPTR.xdp : DYNPTR.skb);
    return;
  }
  facts.dynptr = useDynptr(walk, number, false);
}

function checkStruct(
  walk: Walk,
  i: number,
  register: Register,
  { of, kind }: KernelArgument,
  { prototype }: KernelFacts,
): void {
  const wanted = kind === "context" ? "sk_buff" : of;
  const isStruct = baseOf(register.type) === TYPE.struct;
  const standIn = structNameOf(register.type);
  if (!isStruct && standIn === undefined)
    walk.refuse("helper-call", `arg#${i} pointer type STRUCT ${of} must point to scalar, or struct with scalar`);
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

function checkRefcounted(walk: Walk, i: number, register: Register, facts: KernelFacts): void {
  if (!isAllocated(register.type) || mayBeNull(register.type))
    walk.refuse("helper-call", `arg#${i} is neither owning or non-owning ref`);
  facts.isOwner = !isBorrowed(register.type) && register.reference !== 0;
  if (!fieldsOf(register).some(({ kind }) => kind === "reference-count"))
    walk.refuse("helper-call", `arg#${i} doesn't point to a type with bpf_refcount field`);
  facts.struct = register.struct;
}

/** process_wq_func */
function checkWorkqueue(walk: Walk, i: number, register: Register, facts: KernelFacts): void {
  if (register.type !== TYPE.mapValue) walk.refuse("helper-call", `arg#${i} doesn't point to a map value`);
  const number = i + 1;
  if (!isConstant(register.scalar))
    walk.refuse("map", `R${number} doesn't have constant offset. bpf_wq has to be at the constant offset`);
  const map = register.map!;
  if (map.hasBtf !== true) walk.refuse("map", `map '${map.name ?? ""}' has to have BTF in order to use bpf_wq`);
  const field = map.fields?.find(({ kind }) => kind === "workqueue");
  if (field === undefined) walk.refuse("map", `map '${map.name ?? ""}' has no valid bpf_wq`);
  const at = Number(register.scalar.smin) + register.offset;
  if (at !== field.offset) walk.refuse("map", `off ${at} doesn't point to 'struct bpf_wq' that is at ${field.offset}`);
  facts.workqueue = register;
}

function checkSameMap(walk: Walk, register: Register, workqueue: Register): void {
  if (register.map === workqueue.map && register.mapUid === workqueue.mapUid) return;
  walk.refuse(
    "map",
    `workqueue pointer in R1 map_uid=${workqueue.mapUid} doesn't match map pointer in R2 map_uid=${register.mapUid}`,
  );
}
