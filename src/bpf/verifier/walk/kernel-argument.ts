import type { KernelArgument } from "../../kernel-functions/prototype.ts";
import { TREE_ADD } from "../program/control-flow.ts";
import { markPrecise } from "../pruning/precision.ts";
import { Refusal } from "../refusal.ts";
import { DYNPTR } from "../state/dynptr-kind.ts";
import { isNull, type Register } from "../state/register.ts";
import {
  baseOf,
  isAllocated,
  isBorrowed,
  mayBeNull,
  OWN_OBJECT,
  structNameOf,
  TYPE,
  typeText,
} from "../state/register-type.ts";
import { isConstant } from "../values/scalar.ts";
import { checkConstantString } from "./argument.ts";
import { checkOffset } from "./argument-type.ts";
import { makeDynptr, useDynptr } from "./dynptr.ts";
import { checkNode, checkRoot } from "./graph.ts";
import { checkFixedMemory, checkMemorySize } from "./helper-memory.ts";
import { checkIrqFlag } from "./irq-flag.ts";
import { checkIteratorArgument } from "./iterator.ts";
import { isAtIterator } from "./iterator-context.ts";
import type { KernelFacts } from "./kernel-facts.ts";
import { fieldsOf } from "./object-fields.ts";
import { checkIsStruct, checkStructArgument, checkTrust, isProjection } from "./struct-argument.ts";
import type { Walk } from "./walk.ts";
import { checkMapOfWorkqueue, checkWorkqueue } from "./workqueue-argument.ts";

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
  if (argument.kind !== "constant") return;
  noteConstant(walk, number, register, facts);
  markPrecise(walk, number);
}

function noteConstant(walk: Walk, number: number, register: Register, facts: KernelFacts): void {
  if (!isConstant(register.scalar)) walk.refuse("helper-call", `R${number} must be a known constant`);
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
  if (argument.kind === "struct") checkIsStruct(walk, i, register, argument);
  if (takesStruct && (prototype.trusted || prototype.rcu)) checkTrust(walk, number, register, prototype);
  if (argument.kind !== "memory" || argument.bytes > 0)
    checkOffset(walk, number, register, prototype.releases && register.reference !== 0);
  checkKind(walk, i, register, argument, facts);
}

function checkKind(walk: Walk, i: number, register: Register, argument: KernelArgument, facts: KernelFacts): void {
  const number = i + 1;
  switch (argument.kind) {
    case "context":
      if (isProjection(walk, argument)) checkStructArgument(walk, i, register, argument, facts);
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
      if (facts.workqueue !== undefined) checkMapOfWorkqueue(walk, register, facts.workqueue);
      return;
    case "callback":
      if (register.type !== TYPE.function) walk.refuse("helper-call", `arg${i} expected pointer to func`);
      facts.callback = register.extent;
      return;
    case "dynptr":
      checkDynptr(walk, number, argument, facts);
      return;
    case "iterator":
      if (facts.prototype.name === "bpf_iter_css_task_new" && !mayWalkTasks(walk))
        walk.refuse("helper-call", "css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs");
      facts.reference = checkIteratorArgument(walk, number, argument.of, argument.isNew);
      return;
    case "irq-flag":
      checkIrqFlag(walk, number, argument.isNew);
      return;
    case "struct":
      checkStructArgument(walk, i, register, argument, facts);
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

/** The iterator takes a lock that other programs may interrupt (check_css_task_iter_allowlist). */
const mayWalkTasks = ({ programType, setup }: Walk): boolean =>
  programType.name === "lsm" || isAtIterator(programType, setup.expectedAttachType) || setup.sleepable;

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

function checkRefcounted(walk: Walk, i: number, register: Register, facts: KernelFacts): void {
  if (!isAllocated(register.type) || mayBeNull(register.type))
    walk.refuse("helper-call", `arg#${i} is neither owning or non-owning ref`);
  facts.isOwner = !isBorrowed(register.type) && register.reference !== 0;
  if (!fieldsOf(register).some(({ kind }) => kind === "reference-count"))
    walk.refuse("helper-call", `arg#${i} doesn't point to a type with bpf_refcount field`);
  facts.struct = register.struct;
}
