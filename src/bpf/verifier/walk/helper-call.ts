import { prototypeOf } from "../../helpers/prototype.ts";
import { TAIL_CALL } from "../../helpers/tail-call.ts";
import { HELPER_NAMES } from "../../isa/helper-names.ts";
import type { CallHelper } from "../../isa/instruction.ts";
import { MAP_TYPE } from "../../maps/map-type.ts";
import { needsPrivilege } from "../../program-type/available-helpers.ts";
import type { ProgramType } from "../../program-type.ts";
import { isReadOnly } from "../map.ts";
import type { Privileges } from "../privileges.ts";
import { markPrecise } from "../pruning/precision.ts";
import { isNull, NOT_INIT } from "../state/register.ts";
import { TYPE, typeText } from "../state/register-type.ts";
import { isConstant } from "../values/scalar.ts";
import { checkArgument } from "./argument.ts";
import { CallFacts } from "./call-facts.ts";
import { checkCallback } from "./callback.ts";
import { changesPacketBy, releaseDynptr } from "./dynptr.ts";
import { isForbiddenThere, whyNoFunction } from "./helper-place.ts";
import { resultOf } from "./helper-result.ts";
import { helperText } from "./helper-text.ts";
import { mapFitsHelper } from "./map-compatibility.ts";
import { accessMemory } from "./memory-access.ts";
import { forgetPacket, invalidateReference } from "./nullness.ts";
import type { Walk } from "./walk.ts";
import type { WalkSetup } from "./walk-setup.ts";

const MAP_HELPERS: readonly number[] = [1, 2, 3, 12, 51, 87, 88, 89, 164, 195];
const WRITING_MAP_HELPERS: readonly number[] = [2, 3, 87, 88];
const [UPDATE, DELETE] = [2, 3];
const LOCAL_STORAGE = 81;
const [DYNPTR_FROM_MEMORY, DYNPTR_WRITE] = [197, 202];

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
  if (isForbiddenThere(number, walk.programType, walk.setup))
    walk.refuse("helper-call", "helper call is not allowed in probe");
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
  const why = whyNoFunction(number, walk.programType, walk.setup);
  if (why !== undefined) walk.refuse("helper-call", why);
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
