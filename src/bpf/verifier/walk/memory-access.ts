import { CREATE_FLAG } from "../../maps/map-type.ts";
import { FIELD_NAMES, hasDirectValues, isReadOnly, type VerifierMap } from "../map.ts";
import type { Register } from "../state/register.ts";
import { scalarRegister, UNKNOWN_SCALAR } from "../state/register.ts";
import { baseOf, FLAG, isPacketPointer, isSocketPointer, mayBeNull, TYPE, typeText } from "../state/register-type.ts";
import { signExtend64, truncate } from "../values/extension.ts";
import { constant, isConstant, type Scalar } from "../values/scalar.ts";
import { checkAlignment } from "./alignment.ts";
import { bufferName, checkBuffer } from "./buffer-access.ts";
import { checkContext } from "./context-access.ts";
import { accessKernelPointer } from "./kernel-pointer.ts";
import { accessMap } from "./map-access.ts";
import { checkPacket } from "./packet-access.ts";
import { checkRegion } from "./region-access.ts";
import { checkSocket } from "./socket-access.ts";
import { checkStackBounds } from "./stack-bounds.ts";
import { readStack } from "./stack-read.ts";
import { type StoredValue, writeStack } from "./stack-write.ts";
import { accessStruct } from "./struct-load.ts";
import type { Walk } from "./walk.ts";

/** A load. `target` is the register that gets the value, or null where none does (atomics look whether they may read). */
export interface LoadRequest {
  readonly access: "read";
  readonly target: number | null;
  readonly signed: boolean;
}

export interface StoreRequest {
  readonly access: "write";
  readonly value: StoredValue;
}

/**
 * Whether the instruction may touch `size` bytes at `offset` from a register (check_mem_access). Gives what a load
 * puts into its target.
 */
export function accessMemory(
  walk: Walk,
  number: number,
  offset: number,
  size: number,
  request: LoadRequest | StoreRequest,
  strictOnce = false,
): Register | undefined {
  const register = walk.frame.registers[number]!;
  checkAlignment(walk, register, offset, size, strictOnce);
  const loaded = accessBy(walk, register, number, offset + register.offset, size, request);
  if (loaded === undefined || request.access === "write" || request.target === null) return undefined;
  if (loaded.type !== TYPE.scalar || size === 8) return loaded;
  return extend(loaded, size as 1 | 2 | 4, request.signed);
}

/** Narrower values than 8 bytes are extended. */
function extend(loaded: Register, size: 1 | 2 | 4, signed: boolean): Register {
  const scalar = signed ? signExtend64(loaded.scalar, size) : truncate(loaded.scalar, size);
  return loaded === UNKNOWN_SCALAR ? scalarRegister(scalar) : { ...loaded, scalar };
}

function accessBy(
  walk: Walk,
  register: Register,
  number: number,
  offset: number,
  size: number,
  request: LoadRequest | StoreRequest,
): Register | undefined {
  const { type } = register;
  const { access } = request;
  if (type === TYPE.mapKey) {
    if (access === "write") walk.refuse("map", `write to change key R${number} not allowed`);
    checkRegion(walk, number, offset, size, register.map!.keySize, false);
    return UNKNOWN_SCALAR;
  }
  if (type === TYPE.mapValue) {
    checkLeak(walk, request, "map");
    checkMapAccess(walk, register, offset, size, access);
    checkMapRegion(walk, number, offset, size, false, true);
    const at = Number(register.scalar.smin) + offset;
    const field = isConstant(register.scalar) ? pointerAt(register.map!, at) : undefined;
    if (field !== undefined) return accessKernelPointer(walk, field, at, request);
    return access === "write" ? undefined : mapContents(register, offset, size, request.signed);
  }
  if (baseOf(type) === TYPE.memory) {
    if (mayBeNull(type)) refuseAccess(walk, register, number);
    if (access === "write" && (type & FLAG.readOnly) !== 0)
      walk.refuse("memory-access", `R${number} cannot write into ${typeText(type)}`);
    checkLeak(walk, request, "mem");
    // Nobody knows how much there is: loads cannot fault.
    if ((type & FLAG.untrusted) === 0) checkRegion(walk, number, offset, size, register.extent, false);
    return UNKNOWN_SCALAR;
  }
  if (type === TYPE.context) {
    const signed = access === "read" && request.signed;
    checkLeak(walk, request, "ctx");
    return checkContext(walk, register, number, offset, size, access, signed);
  }
  if (type === TYPE.stack) {
    checkStackBounds(walk, number, offset, size, access);
    if (access === "read") return readStack(walk, number, offset, size, request.target);
    writeStack(walk, number, offset, size, request.value);
    return undefined;
  }
  if (isPacketPointer(type)) {
    if (access === "write" && walk.programType.packetAccess !== "write")
      walk.refuse("packet", "cannot write into packet");
    checkLeak(walk, request, "packet");
    checkPacket(walk, number, offset, size, false);
    return UNKNOWN_SCALAR;
  }
  if (type === TYPE.flowKeys) {
    checkLeak(walk, request, "flow keys");
    if (offset < 0 || offset + size > (walk.programType.flowKeysBytes ?? FLOW_KEYS_BYTES))
      walk.refuse("memory-access", `invalid access to flow keys off=${offset} size=${size}`);
    return UNKNOWN_SCALAR;
  }
  if (isSocketPointer(type)) {
    if (access === "write") walk.refuse("memory-access", `R${number} cannot write into ${typeText(type)}`);
    checkSocket(walk, register, number, offset, size);
    return UNKNOWN_SCALAR;
  }
  if (type === TYPE.tracepointBuffer) {
    checkBuffer(walk, register, number, offset, size, "tracepoint");
    return UNKNOWN_SCALAR;
  }
  if ((type & ~FLAG.readOnly) === TYPE.buffer) {
    if (access === "write" && (type & FLAG.readOnly) !== 0)
      walk.refuse("memory-access", `R${number} cannot write into ${typeText(type)}`);
    checkBuffer(walk, register, number, offset, size, bufferName(register));
    return UNKNOWN_SCALAR;
  }
  if (baseOf(type) === TYPE.struct && !mayBeNull(type))
    return accessStruct(walk, register, number, offset, size, access);
  if (type === TYPE.map) return accessMap(walk, register, number, offset, size, access);
  refuseAccess(walk, register, number);
}

/** Nobody without CAP_PERFMON may put an address where it can be read. */
function checkLeak(walk: Walk, request: LoadRequest | StoreRequest, place: string): void {
  if (request.access === "read" || request.value.kind !== "register") return;
  const { number } = request.value;
  if (walk.isSecret(number)) walk.refuse("pointer-leak", `R${number} leaks addr into ${place}`);
}

/** sizeof(struct bpf_flow_keys) */
const FLOW_KEYS_BYTES = 56;

function refuseAccess(walk: Walk, register: Register, number: number): never {
  const category = mayBeNull(register.type) ? "null-pointer" : "memory-access";
  walk.refuse(category, `R${number} invalid mem access '${typeText(register.type)}'`);
}

/** Whether the map lets programs read or write its values (check_map_access_type). */
export function checkMapAccess(
  walk: Walk,
  register: Register,
  offset: number,
  size: number,
  access: "read" | "write",
): void {
  const map = register.map!;
  const forbidden = access === "write" ? isReadOnly(map) : ((map.flags ?? 0) & CREATE_FLAG.WRONLY_PROG) !== 0;
  if (!forbidden) return;
  const verb = access === "write" ? "write into" : "read from";
  const at = register.scalar.smin + BigInt(offset);
  walk.refuse("map", `${verb} map forbidden, value_size=${map.valueSize} off=${at} size=${size}`);
}

/** check_map_access */
export function checkMapRegion(
  walk: Walk,
  number: number,
  offset: number,
  size: number,
  zeroAllowed: boolean,
  direct = false,
): void {
  const map = walk.frame.registers[number]!.map!;
  checkRegion(walk, number, offset, size, map.valueSize, zeroAllowed);
  if (map.fields === undefined) return;
  const { smin, umax } = walk.frame.registers[number]!.scalar;
  const [begin, end] = [Number(smin) + offset, Number(umax) + offset + size];
  const field = map.fields.find((it) => begin < it.offset + it.size && it.offset < end);
  if (field === undefined) return;
  if (field.kind === "kptr") {
    if (!direct) walk.refuse("map", "kptr cannot be accessed indirectly by helper");
    if (smin !== walk.frame.registers[number]!.scalar.smax)
      walk.refuse("map", "kptr access cannot have variable offset");
    if (begin !== field.offset) walk.refuse("map", `kptr access misaligned expected=${field.offset} off=${begin}`);
    if (size !== field.size) walk.refuse("map", "kptr access size must be BPF_DW");
    return;
  }
  walk.refuse("map", `${FIELD_NAMES[field.kind]} cannot be accessed directly by load/store`);
}

const pointerAt = ({ fields }: VerifierMap, at: number) =>
  fields?.find(({ kind, offset }) => kind === "kptr" && offset === at)?.pointer;

/** A frozen map that programs cannot write is made of constants (bpf_map_direct_read). */
function mapContents(register: Register, offset: number, size: number, signed: boolean): Register {
  const map = register.map!;
  const frozen = constantsOf(map);
  if (frozen === undefined || !isConstant(register.scalar)) return UNKNOWN_SCALAR;
  const begin = Number(register.scalar.smin) + offset;
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(frozen[begin + i] ?? 0);
  const scalar: Scalar = constant(signed ? BigInt.asIntN(size * 8, value) : value);
  return scalarRegister(scalar);
}

function constantsOf(map: VerifierMap): Uint8Array | undefined {
  return isReadOnly(map) && hasDirectValues(map) ? map.constants : undefined;
}
