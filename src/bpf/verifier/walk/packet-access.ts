import type { Register } from "../state/register.ts";
import { isInside, outsideText, refuseNegative } from "./region-access.ts";
import type { Walk } from "./walk.ts";

/** Packets reach as far as comparisons with their end have shown (check_packet_access). */
export function checkPacket(walk: Walk, number: number, offset: number, size: number, zeroAllowed: boolean): void {
  const register: Register = walk.frame.registers[number]!;
  if (register.scalar.smin < 0n) refuseNegative(walk, number);
  const outside = `R${number} offset is outside of the packet`;
  if (register.extent < 0) walk.refuse("packet", outside);
  if (!isInside(offset, size, register.extent, zeroAllowed))
    walk.refuse("packet", outsideText(register, number, offset, size, register.extent), outside);
}
