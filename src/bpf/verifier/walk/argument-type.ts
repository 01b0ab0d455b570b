import type { Argument } from "../../helpers/prototype.ts";
import type { Register } from "../state/register.ts";
import { baseOf, FLAG, mayBeNull, TYPE, typeText } from "../state/register-type.ts";
import { checkUnmodified } from "./region-access.ts";
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
];
const SOCKET_TYPES: readonly number[] = [TYPE.socketCommon, TYPE.socket, TYPE.tcpSocket, TYPE.xdpSocket];
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
  "any-socket": SOCKET_TYPES,
  socket: [TYPE.socket],
  record: [TYPE.memory | FLAG.ringBuffer],
  stack: [TYPE.stack],
  string: [TYPE.mapValue],
  function: [TYPE.function],
  lock: [TYPE.mapValue],
  timer: [TYPE.mapValue],
  kptr: [TYPE.mapValue],
  dynptr: [TYPE.stack],
  btf: [],
  percpu: [],
};

/** Names of accepted types that no register here can have. */
const NAMED_LAST: Partial<Record<Argument["kind"], readonly string[]>> = {
  key: ["trusted_ptr_"],
  value: ["trusted_ptr_"],
  memory: ["trusted_ptr_"],
  "any-socket": ["ptr_", "trusted_ptr_"],
  lock: ["ptr_"],
  kptr: ["ptr_"],
  dynptr: ["dynptr_ptr"],
  btf: ["ptr_", "trusted_ptr_", "rcu_ptr_"],
  percpu: ["percpu_ptr_", "percpu_rcu_ptr_", "percpu_trusted_ptr_"],
};

/** check_reg_type */
export function checkArgumentType(
  walk: Walk,
  number: number,
  register: Register,
  argument: Argument,
  kind: Argument["kind"],
): void {
  const accepted = ACCEPTED[kind] ?? [];
  let { type } = register;
  if (argument.readOnly) type &= ~FLAG.readOnly;
  if (argument.orNull) type &= ~FLAG.orNull;
  if (accepted.includes(type)) return;
  const expected = [...accepted.map(typeText), ...(NAMED_LAST[kind] ?? [])].join(", ");
  walk.refuse(
    mayBeNull(register.type) ? "null-pointer" : "helper-call",
    `R${number} type=${typeText(register.type)} expected=${expected}`,
  );
}

/** check_func_arg_reg_off */
export function checkArgumentOffset(walk: Walk, number: number, register: Register, argument: Argument): void {
  if (argument.release) {
    if (argument.kind === "dynptr") return;
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
  }
  checkUnmodified(walk, register, number);
}
