import type { Argument } from "../../helpers/prototype.ts";
import type { Register } from "../state/register.ts";
import { baseOf, FLAG, mayBeNull, OWN_OBJECT, TYPE, typeText } from "../state/register-type.ts";
import type { CallFacts } from "./call-facts.ts";
import { checkPointerType } from "./kernel-pointer.ts";
import { checkUnmodified } from "./region-access.ts";
import { structFits } from "./struct-access.ts";
import type { Walk } from "./walk.ts";

/** Types that an argument accepts, in the order in which Linux names them (compatible_reg_types). */
const MEMORY_TYPES: readonly number[] = [
  TYPE.stack,
  TYPE.packet,
  TYPE.packetMeta,
  TYPE.mapKey,
  TYPE.mapValue,
  TYPE.memory,
  TYPE.memory | FLAG.ringBuffer,
  TYPE.buffer,
  TYPE.struct | FLAG.trusted,
];
const SOCKET_TYPES: readonly number[] = [TYPE.socketCommon, TYPE.socket, TYPE.tcpSocket, TYPE.xdpSocket];
const STRUCT_TYPES: readonly number[] = [TYPE.struct, TYPE.struct | FLAG.trusted, TYPE.struct | FLAG.rcu];
const PER_CPU_TYPES: readonly number[] = [0, FLAG.rcu, FLAG.trusted].map((flag) => TYPE.struct | FLAG.perCpu | flag);
const SCALAR_TYPES: readonly number[] = [TYPE.scalar];

const ACCEPTED: Partial<Record<Argument["kind"], readonly number[]>> = {
  key: MEMORY_TYPES,
  value: MEMORY_TYPES,
  memory: MEMORY_TYPES,
  size: SCALAR_TYPES,
  "size-or-zero": SCALAR_TYPES,
  allocation: SCALAR_TYPES,
  map: [TYPE.map],
  context: [TYPE.context],
  "socket-common": SOCKET_TYPES,
  "any-socket": [...SOCKET_TYPES, TYPE.struct, TYPE.struct | FLAG.trusted],
  socket: [TYPE.socket],
  record: [TYPE.memory | FLAG.ringBuffer],
  stack: [TYPE.stack],
  string: [TYPE.mapValue],
  function: [TYPE.function],
  lock: [TYPE.mapValue, OWN_OBJECT],
  timer: [TYPE.mapValue],
  kptr: [TYPE.mapValue, OWN_OBJECT],
  dynptr: [TYPE.stack, TYPE.dynptr],
  btf: STRUCT_TYPES,
  percpu: PER_CPU_TYPES,
};

/** What checking a type asks about the call; a function of the program has neither. */
type TypeFacts = Partial<Pick<CallFacts, "field" | "prototype">>;

/** check_reg_type */
export function checkArgumentType(
  walk: Walk,
  number: number,
  register: Register,
  argument: Argument,
  kind: Argument["kind"],
  facts: TypeFacts,
): void {
  const accepted = ACCEPTED[kind] ?? [];
  let { type } = register;
  if (argument.readOnly) type &= ~FLAG.readOnly;
  if (argument.orNull) type &= ~FLAG.orNull;
  if (kind === "memory" || kind === "key" || kind === "value") type &= ~FLAG.packetSlice;
  const exchanges = kind === "btf" && facts.field !== undefined;
  if (exchanges) type &= ~(FLAG.allocated | FLAG.perCpu);
  if (accepted.includes(type)) {
    if (accepted === MEMORY_TYPES) checkMayNotWrite(walk, number, register, argument, facts);
    else if (exchanges) {
      if (mayBeNull(register.type) && (register.type & FLAG.allocated) === 0) refuseNull(walk, number);
      checkPointerType(walk, facts.field!, number, register);
    } else if (baseOf(type) === TYPE.struct && kind !== "lock" && kind !== "kptr" && kind !== "percpu")
      checkStruct(walk, number, register, argument, kind);
    return;
  }
  const expected = accepted.map(typeText).join(", ");
  walk.refuse(
    mayBeNull(register.type) ? "null-pointer" : "helper-call",
    `R${number} type=${typeText(register.type)} expected=${expected}`,
  );
}

const refuseNull = (walk: Walk, number: number): never =>
  walk.refuse("null-pointer", `Possibly NULL pointer passed to helper arg${number}`);

/** Structs of the kernel are memory to helpers that only read it. */
function checkMayNotWrite(walk: Walk, number: number, { type }: Register, argument: Argument, facts: TypeFacts): void {
  if (baseOf(type) !== TYPE.struct || argument.readOnly) return;
  walk.refuse(
    "helper-call",
    `${facts.prototype?.name}() may write into memory pointed by R${number} type=${typeText(type)}`,
  );
}

/** The struct must be the one that is asked for, or begin with it. */
function checkStruct(walk: Walk, number: number, register: Register, argument: Argument, kind: Argument["kind"]): void {
  const wanted = kind === "btf" ? argument.struct : "sock_common";
  if (mayBeNull(register.type) && (!argument.orNull || argument.release)) refuseNull(walk, number);
  const strict = argument.release && kind === "btf";
  if (isSocketStruct(register.struct!.name) && wanted === "sock_common" && !strict) return;
  if (structFits(walk, register.struct!, register.offset, wanted, strict)) return;
  walk.refuse("helper-call", `R${number} is of type ${register.struct!.name} but ${wanted} is expected`);
}

/** Structs that begin with a `struct sock_common`, whether or not the kernel's types are at hand. */
const isSocketStruct = (name: string): boolean =>
  /^(sock_common|sock|tcp6?_sock|udp6_sock|tcp_timewait_sock|tcp_request_sock|mptcp_sock|unix_sock)$/.test(name);

/** check_func_arg_reg_off */
export function checkArgumentOffset(walk: Walk, number: number, register: Register, argument: Argument): void {
  if (argument.kind === "dynptr" && argument.release) return;
  checkOffset(walk, number, register, argument.release);
}

/** Flags of the pointers to structs that may point into them. */
const INSIDE: readonly number[] = [
  0,
  FLAG.allocated,
  FLAG.trusted,
  FLAG.rcu,
  FLAG.allocated | FLAG.borrowed,
  FLAG.allocated | FLAG.borrowed | FLAG.rcu,
];

/** The same by what is done with the reference only. */
export function checkOffset(walk: Walk, number: number, register: Register, release: boolean): void {
  if (release) {
    if (register.offset !== 0)
      walk.refuse("reference", `R${number} must have zero offset when passed to release func or trusted arg to kfunc`);
    checkUnmodified(walk, register, number);
    return;
  }
  switch (baseOf(register.type)) {
    case TYPE.stack:
    case TYPE.packet:
    case TYPE.packetMeta:
    case TYPE.mapKey:
    case TYPE.mapValue:
    case TYPE.memory:
    case TYPE.buffer:
    case TYPE.scalar:
      if (!mayBeNull(register.type)) return;
      break;
    case TYPE.struct:
      // A struct in a struct lies at an offset.
      checkUnmodified(walk, register, number, INSIDE.includes(register.type & ~0xff));
      return;
  }
  checkUnmodified(walk, register, number);
}
