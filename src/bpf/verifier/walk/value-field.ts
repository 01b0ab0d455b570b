import { hasLock } from "../map.ts";
import type { Register } from "../state/register.ts";
import { isConst } from "../values/tnum.ts";
import type { CallFacts } from "./call-facts.ts";
import type { Walk } from "./walk.ts";

const [SPIN_LOCK, SPIN_UNLOCK] = [93, 94];

const FIELDS = {
  lock: { kind: "spin_lock", name: "bpf_spin_lock" },
  timer: { kind: "timer", name: "bpf_timer" },
  kptr: { kind: "kptr", name: "bpf_kptr_xchg" },
} as const;

/** An argument that points at a field of a map's value which only helpers change (process_spin_lock, process_timer_func). */
export function checkValueField(
  walk: Walk,
  number: number,
  register: Register,
  argument: keyof typeof FIELDS,
  facts: CallFacts,
): void {
  const { kind, name } = FIELDS[argument];
  const map = register.map!;
  if (!isConst(register.scalar.bits))
    walk.refuse("map", `R${number} doesn't have constant offset. ${name} has to be at the constant offset`);
  if (map.fields === undefined && map.special === undefined && map.hasBtf !== true)
    walk.refuse("map", `map '${map.name ?? ""}' has to have BTF in order to use ${name}`);
  if (argument === "kptr") walk.refuse("unsupported", "bpf_kptr_xchg in map values is not supported by netsim yet");
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

/** The map of a timer is named once more (the argument behind it). */
export function checkSameMap(walk: Walk, register: Register, facts: CallFacts): void {
  if (!facts.timed || (facts.map === register.map && facts.mapUid === register.mapUid)) return;
  walk.refuse(
    "map",
    `timer pointer in R1 map_uid=${facts.mapUid} doesn't match map pointer in R2 map_uid=${register.mapUid}`,
  );
}

function acquire(walk: Walk, { id, map }: Register): void {
  if (walk.state.lock !== null) walk.refuse("lock", "Locking two bpf_spin_locks are not allowed");
  if (hasLock(map)) walk.state.lock = { id, map: map! };
}

function release(walk: Walk, { id, map }: Register): void {
  const { lock } = walk.state;
  if (lock === null) walk.refuse("lock", "bpf_spin_unlock without taking a lock");
  if (lock.id !== id || lock.map !== map) walk.refuse("lock", "bpf_spin_unlock of different lock");
  walk.state.lock = null;
}
