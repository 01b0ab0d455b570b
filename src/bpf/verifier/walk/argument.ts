import type { Argument } from "../../helpers/prototype.ts";
import { CREATE_FLAG, MAP_TYPE } from "../../maps/map-type.ts";
import { isIndexed } from "../map.ts";
import { markPrecise } from "../pruning/precision.ts";
import { isNull, type Register } from "../state/register.ts";
import { isPacketPointer } from "../state/register-type.ts";
import { isConstant } from "../values/scalar.ts";
import { checkAlignment } from "./alignment.ts";
import { checkArgumentOffset, checkArgumentType } from "./argument-type.ts";
import type { CallFacts } from "./call-facts.ts";
import { findConstantKey } from "./constant-key.ts";
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
    checkArgumentType(walk, number, register, argument, kind);
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
    if (argument.kind === "dynptr") walk.refuse("reference", `arg ${number} is an unacquired reference`);
    if (register.reference === 0 && !isNull(register))
      walk.refuse("reference", `R${number} must be referenced when passed to release function`);
    facts.released = number;
  }
  if (register.reference !== 0) facts.reference = register.reference;
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
      checkString(walk, number, register);
      return;
    case "lock":
    case "timer":
    case "kptr":
      checkValueField(walk, number, register, kind, facts);
      return;
    case "dynptr":
      checkDynptr(walk, number, argument);
      return;
    case "function":
      facts.callback = register.extent;
      return;
  }
}

/** No helper that makes a dynptr is modelled: none can be there. */
function checkDynptr(walk: Walk, number: number, argument: Argument): never {
  if (argument.access === "out") walk.refuse("unsupported", "dynptrs are not supported by netsim yet");
  walk.refuse("helper-call", `Expected an initialized dynptr as arg #${number - 1}`);
}

function checkMemory(walk: Walk, number: number, bytes: number, argument: Argument, facts: CallFacts): void {
  facts.raw = argument.access === "out" ? facts.written : undefined;
  checkHelperMemory(walk, number, bytes, argument.access === "in" ? "read" : "write", false, facts.raw);
}

/** check_reg_const_str */
function checkString(walk: Walk, number: number, register: Register): void {
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
