import type { Argument } from "../../helpers/prototype.ts";
import { CREATE_FLAG, MAP_TYPE } from "../../maps/map-type.ts";
import { isIndexed } from "../map.ts";
import { markPrecise } from "../pruning/precision.ts";
import { DYNPTR } from "../state/dynptr-kind.ts";
import { isNull, type Register } from "../state/register.ts";
import { isPacketPointer, TYPE } from "../state/register-type.ts";
import { isConstant } from "../values/scalar.ts";
import { checkAlignment } from "./alignment.ts";
import { checkArgumentOffset, checkArgumentType } from "./argument-type.ts";
import type { CallFacts } from "./call-facts.ts";
import { findConstantKey } from "./constant-key.ts";
import { makeDynptr, referenceOfDynptr, useDynptr } from "./dynptr.ts";
import { checkHelperMemory, checkMemorySize } from "./helper-memory.ts";
import { checkSameMap, checkValueField } from "./value-field.ts";
import type { Walk } from "./walk.ts";

/** check_func_arg */
export function checkArgument(walk: Walk, position: number, facts: CallFacts): void {
  const number = position + 1;
  const argument = facts.prototype.arguments[position]!;
  const register = walk.read(number);
  if (argument.kind === "any") {
    if (walk.isSecret(number)) walk.refuse("pointer-leak", `R${number} leaks addr into helper function`);
    return;
  }
  if (isPacketPointer(register.type) && !(walk.programType.packetAccess !== "none" && facts.prototype.packetAccess))
    walk.refuse("helper-call", "helper access to the packet is not allowed");
  const kind = argument.kind === "value" ? kindOfValue(walk, argument, facts) : argument.kind;
  if (!(isNull(register) && argument.orNull)) {
    checkArgumentType(walk, number, register, argument, kind, facts);
    checkArgumentOffset(walk, number, register, argument);
  }
  noteReferences(walk, number, register, argument, facts);
  checkContent(walk, position, register, argument, kind, facts);
}

/** What a map's value is to a helper (resolve_map_arg_type). */
function kindOfValue(walk: Walk, argument: Argument, facts: CallFacts): Argument["kind"] {
  if (facts.map === null) walk.refuse("helper-call", "invalid map_ptr to access map->type");
  const { type } = facts.map;
  if (type !== MAP_TYPE.sockmap && type !== MAP_TYPE.sockhash) return "value";
  if (argument.access === "out" || argument.orNull) walk.refuse("helper-call", "invalid arg_type for sockmap/sockhash");
  return "any-socket";
}

function noteReferences(walk: Walk, number: number, register: Register, argument: Argument, facts: CallFacts): void {
  if (argument.release) {
    if (argument.kind === "dynptr") {
      if (register.type !== TYPE.stack) walk.refuse("reference", "cannot release unowned const bpf_dynptr");
      if (referenceOfDynptr(walk, number) === 0) walk.refuse("reference", `arg ${number} is an unacquired reference`);
    } else if (register.reference === 0 && !isNull(register))
      walk.refuse("reference", `R${number} must be referenced when passed to release function`);
    facts.released = number;
  }
  // What an exchange puts something into stays the program's.
  if (register.reference !== 0 && argument.kind !== "kptr") facts.reference = register.reference;
}

function checkContent(
  walk: Walk,
  position: number,
  register: Register,
  argument: Argument,
  kind: Argument["kind"],
  facts: CallFacts,
): void {
  const number = position + 1;
  switch (kind) {
    case "map":
      checkSameMap(walk, register, facts);
      facts.map = register.map;
      facts.mapUid = register.mapUid;
      return;
    case "key":
      if (facts.map === null) walk.refuse("helper-call", "invalid map_ptr to access map->key");
      checkHelperMemory(walk, number, facts.map.keySize, "read", false, undefined);
      if (isIndexed(facts.map) && walk.privileges.bpf) facts.key = findConstantKey(walk, register, facts.map.keySize);
      return;
    case "value":
      if (isNull(register) && argument.orNull) return;
      checkMemory(walk, number, facts.map!.valueSize, argument, facts);
      return;
    case "memory":
      if (argument.bytes === 0) {
        facts.raw = argument.access === "out" ? facts.written : undefined;
        return;
      }
      checkMemory(walk, number, argument.bytes, argument, facts);
      if (argument.aligned) checkAlignment(walk, register, 0, argument.bytes, true);
      return;
    case "size":
    case "size-or-zero": {
      const memory = facts.prototype.arguments[position - 1]!;
      const access = memory.access === "in" ? "read" : "write";
      facts.maxSize = register.scalar.umax;
      checkMemorySize(walk, number, register, access, kind === "size-or-zero", facts.raw);
      return;
    }
    case "allocation":
      if (!isConstant(register.scalar)) walk.refuse("helper-call", `R${number} is not a known constant'`);
      facts.allocation = Number(BigInt.asUintN(32, register.scalar.umin));
      markPrecise(walk, number);
      return;
    case "string":
      checkConstantString(walk, number, register);
      return;
    case "lock":
    case "timer":
    case "kptr":
      checkValueField(walk, number, register, kind, facts);
      return;
    case "dynptr":
      checkDynptr(walk, number, argument, facts);
      return;
    case "percpu":
      facts.perCpu = register;
      return;
    case "function":
      facts.callback = register.extent;
      return;
  }
}

const FROM_MEMORY = 197;

/** process_dynptr_func */
function checkDynptr(walk: Walk, number: number, argument: Argument, facts: CallFacts): void {
  if (argument.access === "out")
    makeDynptr(walk, number, facts.prototype.number === FROM_MEMORY ? DYNPTR.local : DYNPTR.ringbuf);
  else facts.dynptr = useDynptr(walk, number, argument.release, argument.release ? DYNPTR.ringbuf : undefined);
}

function checkMemory(walk: Walk, number: number, bytes: number, argument: Argument, facts: CallFacts): void {
  facts.raw = argument.access === "out" ? facts.written : undefined;
  checkHelperMemory(walk, number, bytes, argument.access === "in" ? "read" : "write", false, facts.raw);
}

/** check_reg_const_str */
export function checkConstantString(walk: Walk, number: number, register: Register): void {
  const map = register.map!;
  if (((map.flags ?? 0) & CREATE_FLAG.RDONLY_PROG) === 0 || map.constants === undefined)
    walk.refuse("helper-call", `R${number} does not point to a readonly map'`);
  if (!isConstant(register.scalar)) walk.refuse("helper-call", `R${number} is not a constant address'`);
  if (map.type !== MAP_TYPE.array) walk.refuse("helper-call", "no direct value access support for this map type");
  const begin = register.offset + Number(register.scalar.smin);
  if (begin < 0 || begin >= map.valueSize)
    walk.refuse(
      "helper-call",
      `invalid access to map value, value_size=${map.valueSize} off=${begin} size=${map.valueSize - begin}`,
    );
  if (!map.constants.subarray(begin, map.valueSize).includes(0))
    walk.refuse("helper-call", "string is not zero-terminated");
}
