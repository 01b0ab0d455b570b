import { markPrecise } from "../pruning/precision.ts";
import { isNull, type Register } from "../state/register.ts";
import { baseOf, FLAG, mayBeNull, TYPE, typeText } from "../state/register-type.ts";
import { isConstant } from "../values/scalar.ts";
import { bufferName, checkBuffer } from "./buffer-access.ts";
import { checkContext } from "./context-access.ts";
import { checkMapAccess, checkMapRegion } from "./memory-access.ts";
import { asNotNull } from "./nullness.ts";
import { checkPacket } from "./packet-access.ts";
import { checkRegion, MAX_VARIABLE_OFFSET } from "./region-access.ts";
import { checkStackRange, type RawMemory } from "./stack-range.ts";
import { accessStruct } from "./struct-load.ts";
import type { Walk } from "./walk.ts";

/** A helper reads or writes `size` bytes that a register points at (check_helper_mem_access). */
export function checkHelperMemory(
  walk: Walk,
  number: number,
  size: number,
  access: "read" | "write",
  zeroAllowed: boolean,
  raw: RawMemory | undefined,
): void {
  const register = walk.frame.registers[number]!;
  const { type, offset } = register;
  switch (baseOf(type)) {
    case TYPE.packet:
    case TYPE.packetMeta:
      if (access === "write" && walk.programType.packetAccess !== "write")
        walk.refuse("packet", "cannot write into packet");
      checkPacket(walk, number, offset, size, zeroAllowed);
      return;
    case TYPE.mapKey:
      if (access === "write") refuseWrite(walk, number, type);
      checkRegion(walk, number, offset, size, register.map!.keySize, false);
      return;
    case TYPE.mapValue:
      checkMapAccess(walk, register, offset, size, access);
      checkMapRegion(walk, number, offset, size, zeroAllowed);
      return;
    case TYPE.memory:
      if (access === "write" && (type & FLAG.readOnly) !== 0) refuseWrite(walk, number, type);
      checkRegion(walk, number, offset, size, register.extent, zeroAllowed);
      return;
    case TYPE.buffer:
      if (access === "write" && (type & FLAG.readOnly) !== 0) refuseWrite(walk, number, type);
      checkBuffer(walk, register, number, offset, size, bufferName(register));
      return;
    case TYPE.struct:
      if (access === "write") refuseType(walk, number, type);
      accessStruct(walk, register, number, offset, size, "read");
      return;
    case TYPE.stack:
      checkStackRange(walk, number, offset, size, zeroAllowed, access, raw);
      return;
    case TYPE.context:
      if (!walk.programType.readsContextInPlace) break;
      if (size > 0) checkContext(walk, register, number, offset + size - 1, 1, access, false);
      else if (!zeroAllowed) refuseType(walk, number, type);
      return;
    default:
      break;
  }
  if (zeroAllowed && size === 0 && isNull(register)) return;
  refuseType(walk, number, type);
}

function refuseType(walk: Walk, number: number, type: number): never {
  walk.refuse("helper-call", `R${number} type=${typeText(type)} expected=${typeText(TYPE.stack)}`);
}

function refuseWrite(walk: Walk, number: number, type: number): never {
  walk.refuse("memory-access", `R${number} cannot write into ${typeText(type)}`);
}

/** The register says how many bytes the memory in the register before it has (check_mem_size_reg). */
export function checkMemorySize(
  walk: Walk,
  number: number,
  register: Register,
  access: "read" | "write",
  zeroAllowed: boolean,
  raw: RawMemory | undefined,
): void {
  const { smin, umin, umax } = register.scalar;
  if (smin < 0n) walk.refuse("helper-call", `R${number} min value is negative, either use unsigned or 'var &= const'`);
  if (umin === 0n && !zeroAllowed)
    walk.refuse("helper-call", `R${number} invalid zero-sized read: u64=[${umin},${umax}]`);
  if (umax >= MAX_VARIABLE_OFFSET)
    walk.refuse("helper-call", `R${number} unbounded memory access, use 'var &= const' or 'if (var < const)'`);
  const exact = isConstant(register.scalar) ? raw : undefined;
  checkHelperMemory(walk, number - 1, Number(umax), access, zeroAllowed, exact);
  markPrecise(walk, number);
}

/** Memory of a known size that a function may read and write (check_mem_reg). */
export function checkFixedMemory(walk: Walk, number: number, size: number): void {
  const { registers } = walk.frame;
  const register = registers[number]!;
  if (isNull(register)) return;
  if (mayBeNull(register.type)) registers[number] = asNotNull(register);
  checkHelperMemory(walk, number, size, "read", true, undefined);
  checkHelperMemory(walk, number, size, "write", true, undefined);
  registers[number] = register;
}
