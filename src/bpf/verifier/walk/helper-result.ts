import type { Prototype, ResultType } from "../../helpers/prototype.ts";
import type { KernelPointer } from "../../maps/definition.ts";
import { MAP_TYPE } from "../../maps/map-type.ts";
import { hasLock } from "../map.ts";
import { NOT_INIT, pointer, type Register, scalarRegister, UNKNOWN_SCALAR } from "../state/register.ts";
import { baseOf, FLAG, mayBeNull, TYPE } from "../state/register-type.ts";
import { signedRange } from "../values/extension.ts";
import { UNKNOWN } from "../values/scalar.ts";
import { synchronize } from "../values/synchronize.ts";
import type { CallFacts } from "./call-facts.ts";
import { helperText } from "./helper-text.ts";
import { structOfPointer } from "./kernel-pointer.ts";
import { onProcessor } from "./per-cpu.ts";
import type { Walk } from "./walk.ts";

const LOOKUP = 1;
const PROCESSOR_ID = 8;
/** bpf_probe_read_*_str and bpf_get_stack give a length up to what they were given. */
const LENGTH_HELPERS: readonly number[] = [45, 67, 114, 115, 141];
const MAX_ERRNO = 4095n;
/** Helpers that give a reference (is_acquire_function), and those that give another view of their argument. */
const ACQUIRING: readonly number[] = [84, 85, 99, 131, 194];
const CASTING: readonly number[] = [95, 96, 136, 137, 138, 139, 140, 196];
const EXCHANGE = 194;
const DYNPTR_DATA = 203;

const POINTERS: Partial<Record<ResultType, number>> = {
  "value-or-null": TYPE.mapValue | FLAG.orNull,
  value: TYPE.mapValue,
  "socket-or-null": TYPE.socket | FLAG.orNull,
  "socket-common-or-null": TYPE.socketCommon | FLAG.orNull,
  "tcp-socket-or-null": TYPE.tcpSocket | FLAG.orNull,
  "record-or-null": TYPE.memory | FLAG.ringBuffer | FLAG.orNull,
};

/** What a helper leaves in R0 (the second half of check_helper_call). */
export function resultOf(walk: Walk, facts: CallFacts): Register {
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
