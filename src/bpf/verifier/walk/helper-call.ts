import { type Prototype, prototypeOf, type ResultType } from "../../helpers/prototype.ts";
import { TAIL_CALL } from "../../helpers/tail-call.ts";
import { HELPER_NAMES } from "../../isa/helper-names.ts";
import type { CallHelper } from "../../isa/instruction.ts";
import type { KernelPointer } from "../../maps/definition.ts";
import { MAP_TYPE } from "../../maps/map-type.ts";
import { needsPrivilege } from "../../program-type/available-helpers.ts";
import type { ProgramType } from "../../program-type.ts";
import { hasLock, isReadOnly } from "../map.ts";
import type { Privileges } from "../privileges.ts";
import { markPrecise } from "../pruning/precision.ts";
import { isNull, NOT_INIT, pointer, type Register, scalarRegister, UNKNOWN_SCALAR } from "../state/register.ts";
import { baseOf, FLAG, mayBeNull, TYPE, typeText } from "../state/register-type.ts";
import { signedRange } from "../values/extension.ts";
import { isConstant, UNKNOWN } from "../values/scalar.ts";
import { synchronize } from "../values/synchronize.ts";
import { checkArgument } from "./argument.ts";
import { CallFacts } from "./call-facts.ts";
import { checkCallback } from "./callback.ts";
import { changesPacketBy, releaseDynptr } from "./dynptr.ts";
import { structOfPointer } from "./kernel-pointer.ts";
import { mapFitsHelper } from "./map-compatibility.ts";
import { accessMemory } from "./memory-access.ts";
import { forgetPacket, invalidateReference } from "./nullness.ts";
import { onProcessor } from "./per-cpu.ts";
import type { Walk, WalkSetup } from "./walk.ts";

const MAP_HELPERS: readonly number[] = [1, 2, 3, 12, 51, 87, 88, 89, 164, 195];
const WRITING_MAP_HELPERS: readonly number[] = [2, 3, 87, 88];
const [LOOKUP, UPDATE, DELETE] = [1, 2, 3];
const LOCAL_STORAGE = 81;
const PROCESSOR_ID = 8;
/** bpf_probe_read_*_str and bpf_get_stack give a length up to what they were given. */
const LENGTH_HELPERS: readonly number[] = [45, 67, 114, 115, 141];
const MAX_ERRNO = 4095n;
/** Helpers that give a reference (is_acquire_function), and those that give another view of their argument. */
const ACQUIRING: readonly number[] = [84, 85, 99, 131, 194];
const CASTING: readonly number[] = [95, 96, 136, 137, 138, 139, 140, 196];
const EXCHANGE = 194;
const [DYNPTR_FROM_MEMORY, DYNPTR_WRITE, DYNPTR_DATA] = [197, 202, 203];

/** `bpf_map_lookup_elem#1` */
const helperText = (number: number): string => `${HELPER_NAMES[number] ?? "unknown"}#${number}`;

/** check_helper_call */
export function checkHelperCall(walk: Walk, it: CallHelper): void {
  const number = it.helper;
  const isKnown = number >= 0 && (number < HELPER_NAMES.length || walk.programType.variants?.has(number) === true);
  if (!isKnown) walk.refuse("helper-call", `invalid func ${helperText(number)}`);
  if (!mayCall(walk.programType, walk.setup, walk.privileges, number))
    walk.refuse("helper-call", `program of this type cannot use helper ${helperText(number)}`);
  const prototype = walk.programType.variants?.get(number) ?? prototypeOf(number);
  if (prototype === undefined)
    walk.refuse("unsupported", `helper ${helperText(number)} is not supported by netsim yet`);
  if (prototype.gplOnly && !walk.setup.gplCompatible)
    walk.refuse("license", "cannot call GPL-restricted function from non-GPL compatible program");
  if (prototype.sleeps && !walk.setup.sleepable)
    walk.refuse("helper-call", "helper call might sleep in a non-sleepable prog");

  if (prototype.sleeps) checkMaySleep(walk, number);

  const facts = new CallFacts(prototype);
  for (let i = 0; i < prototype.arguments.length; i++) checkArgument(walk, i, facts);
  if (number === DYNPTR_FROM_MEMORY && walk.frame.registers[1]!.type !== TYPE.mapValue)
    walk.refuse(
      "helper-call",
      `Unsupported reg type ${typeText(walk.frame.registers[1]!.type)} for bpf_dynptr_from_mem data`,
    );
  checkMapOfCall(walk, facts);
  noteTailCall(walk, facts);
  writeRawMemory(walk, facts);
  releaseReference(walk, facts);
  if (number === TAIL_CALL) walk.checkReferencesReturned("tail_call");
  if (number === LOCAL_STORAGE) checkStorageFlags(walk);
  if (facts.callback >= 0) checkCallback(walk, facts);

  for (let i = 0; i < 6; i++) {
    walk.write(i, NOT_INIT);
    walk.checkWritable(i);
  }
  walk.write(0, resultOf(walk, facts));
  if (
    facts.map !== null &&
    !mapFitsHelper(facts.map.type, number, walk.programType.name, walk.setup.expectedAttachType)
  )
    walk.refuse(
      "map",
      ...(isSocketUpdate(facts.map.type, number) ? ["cannot update sockmap in this context"] : []),
      `cannot pass map_type ${facts.map.type} into func ${helperText(number)}`,
    );
  // Behind a tail call is only who found no program to call.
  if (
    (prototype.changesPacket && number !== TAIL_CALL) ||
    (number === DYNPTR_WRITE && changesPacketBy(facts.dynptr!.kind))
  )
    forgetPacket(walk.state, !walk.privileges.perfmon);
}

/** Nothing sleeps while what it would wait for waits for it. */
function checkMaySleep(walk: Walk, number: number): void {
  const { rcuLocked, preemptLocks, irqId } = walk.state;
  const where = rcuLocked
    ? "rcu_read_lock region"
    : preemptLocks > 0
      ? "non-preemptible region"
      : irqId !== 0
        ? "IRQ-disabled region"
        : undefined;
  if (where !== undefined) walk.refuse("lock", `sleepable helper ${helperText(number)} in ${where}`);
}

/** Whether programs of a type, loaded by such a user, may call a helper. */
export function mayCall(
  type: ProgramType,
  { expectedAttachType, attachTarget }: Pick<WalkSetup, "expectedAttachType" | "attachTarget">,
  privileges: Privileges,
  helper: number,
): boolean {
  if (!privileges.bpf && needsPrivilege(helper)) return false;
  return (
    type.helpers.has(helper) || type.extraHelpers?.(expectedAttachType, attachTarget ?? "").includes(helper) === true
  );
}

/** Sockets come into maps, and go, where nobody holds them locked (may_update_sockmap). */
const isSocketUpdate = (map: number, helper: number): boolean =>
  (map === MAP_TYPE.sockmap || map === MAP_TYPE.sockhash) && (helper === UPDATE || helper === DELETE);

/** record_func_map */
function checkMapOfCall(walk: Walk, { map, prototype }: CallFacts): void {
  const { number } = prototype;
  if (!MAP_HELPERS.includes(number) || map === null) return;
  if (isReadOnly(map) && WRITING_MAP_HELPERS.includes(number)) walk.refuse("map", "write into map forbidden");
  walk.insights.noteMap(walk.index, map);
}

/** A known index into the table of programs must stay known (record_func_key). */
function noteTailCall(walk: Walk, { map, prototype }: CallFacts): void {
  if (prototype.number !== TAIL_CALL) return;
  if (map === null || map.type !== MAP_TYPE.prog_array)
    walk.refuse("map", `cannot pass map_type ${map?.type ?? 0} into func ${helperText(TAIL_CALL)}`);
  const index = walk.frame.registers[3]!;
  if (index.type !== TYPE.scalar || !isConstant(index.scalar) || index.scalar.umin >= BigInt(map.maxEntries)) return;
  markPrecise(walk, 3);
}

/** The helper writes these bytes of the stack, one by one as far as the verifier is concerned. */
function writeRawMemory(walk: Walk, { written }: CallFacts): void {
  for (let i = 0; i < written.size; i++)
    accessMemory(walk, written.number, i, 1, { access: "write", value: { kind: "unknown" } });
}

function releaseReference(walk: Walk, facts: CallFacts): void {
  if (facts.released === undefined) return;
  if (facts.dynptr !== undefined) {
    releaseDynptr(walk, facts.released);
    return;
  }
  if (facts.reference !== 0) {
    if (walk.state.references.some(({ id }) => id === facts.reference)) {
      invalidateReference(walk.state, facts.reference, !walk.privileges.perfmon);
      return;
    }
  } else if (isNull(walk.frame.registers[facts.released]!)) return;
  const { number } = facts.prototype;
  walk.refuse("reference", `func ${helperText(number)} reference has not been acquired before`);
}

function checkStorageFlags(walk: Walk): void {
  if (!isNull(walk.frame.registers[2]!))
    walk.refuse("helper-call", "get_local_storage() doesn't support non-zero flags");
  markPrecise(walk, 2);
}

const POINTERS: Partial<Record<ResultType, number>> = {
  "value-or-null": TYPE.mapValue | FLAG.orNull,
  value: TYPE.mapValue,
  "socket-or-null": TYPE.socket | FLAG.orNull,
  "socket-common-or-null": TYPE.socketCommon | FLAG.orNull,
  "tcp-socket-or-null": TYPE.tcpSocket | FLAG.orNull,
  "record-or-null": TYPE.memory | FLAG.ringBuffer | FLAG.orNull,
};

function resultOf(walk: Walk, facts: CallFacts): Register {
  const { prototype, map } = facts;
  if (prototype.result === "void") return NOT_INIT;
  if (prototype.result === "integer") return integerResult(walk, prototype, facts);
  if (facts.field !== undefined && prototype.number === EXCHANGE) return exchanged(walk, facts.field);
  if (prototype.result.startsWith("struct.")) return structResult(walk, facts);
  if (facts.perCpu !== undefined) return onProcessor(walk, facts.perCpu, prototype.result === "percpu-or-null");
  if (prototype.number === DYNPTR_DATA) return bytesOf(walk, facts);
  const found = prototype.number === LOOKUP && map !== null && facts.key >= 0n && facts.key < BigInt(map.maxEntries);
  const type = POINTERS[found ? "value" : prototype.result];
  if (type === undefined)
    walk.refuse("unsupported", `the result of ${helperText(prototype.number)} is not supported by netsim yet`);
  const isValue = baseOf(type) === TYPE.mapValue;
  const id = mayBeNull(type) || (isValue && hasLock(map)) ? walk.newId() : 0;
  const result = pointer(type, {
    id,
    map: isValue ? map : null,
    mapUid: isValue ? facts.mapUid : 0,
    extent: baseOf(type) === TYPE.memory ? facts.allocation : 0,
  });
  if (CASTING.includes(prototype.number)) return { ...result, reference: facts.reference };
  if (!isAcquiring(prototype.number, facts)) return result;
  const acquired = walk.acquireReference();
  return { ...result, id: acquired, reference: acquired };
}

/** What was in the map until now is the program's (RET_PTR_TO_BTF_ID_OR_NULL of bpf_kptr_xchg). */
function exchanged(walk: Walk, field: KernelPointer): Register {
  const struct = structOfPointer(walk, field);
  const own = struct.isLocal ? FLAG.allocated | (field.kind === "percpu" ? FLAG.perCpu : 0) : 0;
  walk.newId();
  const reference = walk.acquireReference();
  return pointer(TYPE.struct | FLAG.orNull | own, { struct, id: reference, reference });
}

/** `struct.tcp_sock:or-null` */
function structResult(walk: Walk, { prototype, reference }: CallFacts): Register {
  const [name, ...properties] = prototype.result.slice("struct.".length).split(":");
  const type =
    TYPE.struct |
    (properties.includes("or-null") ? FLAG.orNull : 0) |
    (properties.includes("trusted") ? FLAG.trusted : 0);
  const id = mayBeNull(type) ? walk.newId() : 0;
  return pointer(type, {
    struct: walk.structs.named(name!),
    id,
    reference: CASTING.includes(prototype.number) ? reference : 0,
  });
}

function bytesOf(walk: Walk, { dynptr, allocation }: CallFacts): Register {
  return pointer(TYPE.memory | FLAG.orNull, {
    id: walk.newId(),
    extent: allocation,
    reference: dynptr!.reference,
    dynptr: dynptr!.id,
  });
}

function isAcquiring(number: number, { map }: CallFacts): boolean {
  const fromSocketMap = number === 1 && (map?.type === MAP_TYPE.sockmap || map?.type === MAP_TYPE.sockhash);
  return ACQUIRING.includes(number) || fromSocketMap;
}

/** do_refine_retval_range */
function integerResult(walk: Walk, { number }: Prototype, facts: CallFacts): Register {
  if (number === PROCESSOR_ID) {
    const scalar = UNKNOWN.copy();
    const last = walk.setup.possibleCpus - 1;
    scalar.umin = scalar.smin = 0n;
    scalar.umax = scalar.smax = BigInt(last);
    scalar.u32min = scalar.s32min = 0;
    scalar.u32max = scalar.s32max = last;
    synchronize(scalar);
    return scalarRegister(scalar);
  }
  if (!LENGTH_HELPERS.includes(number)) return UNKNOWN_SCALAR;
  return scalarRegister(signedRange(-MAX_ERRNO, facts.maxSize));
}
