import type { CallLocal } from "../../isa/instruction.ts";
import type { FunctionArgument } from "../program/function-types.ts";
import { Refusal } from "../refusal.ts";
import { DYNPTR } from "../state/dynptr-kind.ts";
import { isNull, NOT_INIT, pointer, type Register, UNKNOWN_SCALAR } from "../state/register.ts";
import { FLAG, mayBeNull, TYPE } from "../state/register-type.ts";
import { checkArgumentType, checkOffset } from "./argument-type.ts";
import { useDynptr } from "./dynptr.ts";
import { checkFixedMemory } from "./helper-memory.ts";
import { forgetPacket } from "./nullness.ts";
import { checkUnmodified } from "./region-access.ts";
import type { Walk } from "./walk.ts";

/** A call of a global function: it is verified by itself, for any arguments of its types (check_func_call). */
export function checkGlobalCall(walk: Walk, it: CallLocal): void {
  const number = walk.model.subprogramOf[it.target]!;
  const { name } = walk.functions[number]!;
  const { registers } = walk.frame;
  if (walk.state.lock !== null)
    walk.refuse("lock", "global function calls are not allowed while holding a lock,", "use static function instead");
  try {
    for (const [i, argument] of walk.argumentsOf(number).entries()) checkArgument(walk, i, registers[i + 1]!, argument);
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    const last = `Caller passes invalid args into func#${number} ('${name}')`;
    throw new Refusal(reason.category, walk.index, [...reason.lines, last]);
  }
  walk.log.line(`Func#${number} ('${name}') is global and assumed valid.`);
  if (walk.changesPacket(number)) forgetPacket(walk.state, !walk.privileges.perfmon);
  walk.calledGlobals.add(number);
  for (let i = 1; i <= 5; i++) registers[i] = NOT_INIT;
  registers[0] = UNKNOWN_SCALAR;
  walk.index = it.index + 1;
}

/**
 * A call of a function that is walked from here: what does not fit its types is said once, and does not matter, as compilers
 * take arguments away that nobody uses (btf_check_subprog_call).
 */
export function noteArguments(walk: Walk, number: number): void {
  const described = walk.argumentsOfStatic(number);
  if (typeof described === "string") {
    if (described !== "") walk.log.line(described);
    return;
  }
  try {
    for (const [i, argument] of described.entries()) checkArgument(walk, i, walk.frame.registers[i + 1]!, argument);
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    walk.staticArguments.set(number, "");
    for (const line of reason.lines) walk.log.line(line);
  }
}

function checkArgument(walk: Walk, i: number, register: Register, argument: FunctionArgument): void {
  const number = i + 1;
  switch (argument.kind) {
    case "scalar":
      if (register.type !== TYPE.scalar) walk.refuse("function-call", `R${number} is not a scalar`);
      return;
    case "context":
      if (register.type === TYPE.context) checkUnmodified(walk, register, number);
      else walk.refuse("function-call", `arg#${i} expects pointer to ctx`);
      return;
    case "dynptr":
      checkOffset(walk, number, register, false);
      useDynptr(walk, number, false);
      return;
    case "untrusted-memory":
      return;
    case "struct":
      if (!argument.untrusted) checkStruct(walk, number, register, argument.struct, argument.orNull);
      return;
    case "memory":
      if (isNull(register)) return;
      checkFixedMemory(walk, number, argument.size);
      if (!argument.orNull && mayBeNull(register.type))
        walk.refuse("function-call", `arg#${i} is expected to be non-NULL`);
  }
}

/** An argument tagged trusted takes what helpers do that ask for the struct. */
function checkStruct(walk: Walk, number: number, register: Register, struct: string, orNull: boolean): void {
  if (orNull && isNull(register)) return;
  checkArgumentType(walk, number, register, { ...STRUCT_ARGUMENT, struct, orNull }, "btf", {});
  checkOffset(walk, number, register, false);
}

const STRUCT_ARGUMENT = {
  kind: "btf",
  access: "in",
  release: false,
  bytes: 0,
  aligned: false,
  readOnly: false,
} as const;

/** What a global function finds in its registers (do_check_common). */
export function enterGlobal(walk: Walk, number: number): void {
  const { registers } = walk.frame;
  if (
    number === walk.setup.exceptionCallback &&
    walk
      .argumentsOf(number)
      .map(({ kind }) => kind)
      .join() !== "scalar"
  )
    walk.refuse("function-call", "exception cb only supports single integer argument");
  for (const [i, argument] of walk.argumentsOf(number).entries())
    switch (argument.kind) {
      case "scalar":
        registers[i + 1] = UNKNOWN_SCALAR;
        break;
      case "context":
        registers[i + 1] = pointer(TYPE.context);
        break;
      case "dynptr":
        registers[i + 1] = pointer(TYPE.dynptr, { extent: DYNPTR.local, id: walk.newId() });
        break;
      case "untrusted-memory":
        registers[i + 1] = pointer(TYPE.memory | FLAG.readOnly | FLAG.untrusted);
        break;
      case "struct": {
        const flags = (argument.orNull ? FLAG.orNull : 0) | (argument.untrusted ? FLAG.untrusted : FLAG.trusted);
        registers[i + 1] = pointer(TYPE.struct | flags, {
          struct: walk.structs.named(argument.struct),
          id: walk.newId(),
        });
        break;
      }
      case "memory":
        registers[i + 1] = pointer(TYPE.memory | (argument.orNull ? FLAG.orNull : 0), {
          extent: argument.size,
          id: argument.orNull ? walk.newId() : 0,
        });
    }
}
