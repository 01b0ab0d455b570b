import type { Register } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { isConst } from "../values/tnum.ts";
import type { CallFacts } from "./call-facts.ts";
import { lockOwner } from "./graph.ts";
import { invalidateBorrowed } from "./nullness.ts";
import { fieldsOf } from "./object-fields.ts";
import type { Walk } from "./walk.ts";

const [SPIN_LOCK, SPIN_UNLOCK] = [93, 94];

const FIELDS = {
  lock: { kind: "spin_lock", name: "bpf_spin_lock" },
  timer: { kind: "timer", name: "bpf_timer" },
  kptr: { kind: "kptr", name: "bpf_kptr_xchg" },
} as const;

/** As they are called where their place is not known. */
const PLACED = { lock: FIELDS.lock.name, timer: FIELDS.timer.name, kptr: "kptr" };

/** An argument that points at a field of a map's value which only helpers change (process_spin_lock, process_timer_func). */
export function checkValueField(
  walk: Walk,
  number: number,
  register: Register,
  argument: keyof typeof FIELDS,
  facts: CallFacts,
): void {
  const { kind, name } = FIELDS[argument];
  if (register.struct !== null) {
    checkObjectField(walk, number, register, argument, facts);
    return;
  }
  const map = register.map!;
  if (!isConst(register.scalar.bits))
    walk.refuse("map", `R${number} doesn't have constant offset. ${PLACED[argument]} has to be at the constant offset`);
  if (map.fields === undefined && map.special === undefined && map.hasBtf !== true)
    walk.refuse("map", `map '${map.name ?? ""}' has to have BTF in order to use ${name}`);
  if (argument === "kptr") {
    notePointer(walk, number, register, facts);
    return;
  }
  const field = map.fields?.find((it) => it.kind === kind);
  if (field === undefined) walk.refuse("map", `map '${map.name ?? ""}' has no valid ${name}`);
  const at = Number(BigInt.asIntN(64, register.scalar.bits.value)) + register.offset;
  if (at !== field.offset) walk.refuse("map", `off ${at} doesn't point to 'struct ${name}' that is at ${field.offset}`);
  if (argument === "timer") {
    facts.map = map;
    facts.mapUid = register.mapUid;
    facts.timed = true;
  } else if (facts.prototype.number === SPIN_LOCK) acquire(walk, register);
  else if (facts.prototype.number === SPIN_UNLOCK) release(walk, register);
}

/** The same of a field of what the program allocated. */
function checkObjectField(
  walk: Walk,
  number: number,
  register: Register,
  argument: keyof typeof FIELDS,
  facts: CallFacts,
): void {
  const { kind, name } = FIELDS[argument];
  if (argument === "kptr") {
    notePointer(walk, number, register, facts);
    return;
  }
  const field = fieldsOf(register).find((it) => it.kind === kind);
  if (field === undefined) walk.refuse("map", `local 'kptr' has no valid ${name}`);
  if (register.offset !== field.offset)
    walk.refuse("map", `off ${register.offset} doesn't point to 'struct ${name}' that is at ${field.offset}`);
  if (facts.prototype.number === SPIN_LOCK) acquire(walk, register);
  else if (facts.prototype.number === SPIN_UNLOCK) release(walk, register);
}

/** process_kptr_func */
function notePointer(walk: Walk, number: number, register: Register, facts: CallFacts): void {
  const pointers = fieldsOf(register).filter(({ kind }) => kind === "kptr");
  if (pointers.length === 0) walk.refuse("map", `R${number} has no valid kptr`);
  const at = Number(register.scalar.smin) + register.offset;
  const field = pointers.find(({ offset }) => offset === at);
  if (field === undefined) walk.refuse("map", `off=${at} doesn't point to kptr`);
  const { kind } = field.pointer!;
  if (kind !== "referenced" && kind !== "percpu") walk.refuse("map", `off=${at} kptr isn't referenced kptr`);
  if (register.type === TYPE.mapValue) facts.map = register.map;
  facts.field = field.pointer;
}

/** The map of a timer is named once more (the argument behind it). */
export function checkSameMap(walk: Walk, register: Register, facts: CallFacts): void {
  if (!facts.timed || (facts.map === register.map && facts.mapUid === register.mapUid)) return;
  walk.refuse(
    "map",
    `timer pointer in R1 map_uid=${facts.mapUid} doesn't match map pointer in R2 map_uid=${register.mapUid}`,
  );
}

function acquire(walk: Walk, register: Register): void {
  if (walk.inTreeOrder) walk.refuse("lock", "can't spin_{lock,unlock} in rbtree cb");
  if (walk.state.lock !== null) walk.refuse("lock", "Locking two bpf_spin_locks are not allowed");
  walk.state.lock = { id: register.id, owner: lockOwner(register), since: walk.lastId };
}

function release(walk: Walk, register: Register): void {
  if (walk.inTreeOrder) walk.refuse("lock", "can't spin_{lock,unlock} in rbtree cb");
  const { lock } = walk.state;
  if (lock === null) walk.refuse("lock", "bpf_spin_unlock without taking a lock");
  if (lock.id !== register.id || lock.owner !== lockOwner(register))
    walk.refuse("lock", "bpf_spin_unlock of different lock");
  walk.state.lock = null;
  invalidateBorrowed(walk.state, !walk.privileges.perfmon);
}
