import type { Condition } from "../../isa/instruction.ts";
import { AT_PACKET_END, BEYOND_PACKET_END, type Register } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import type { WalkState } from "../state/walk-state.ts";
import { isZero } from "../values/scalar.ts";

/** Packets are not longer (MAX_PACKET_OFF). */
const MAX_PACKET_BYTES = 0xffffn;

/**
 * A comparison of a packet pointer with the packet's end, or of metadata with its beginning, tells on one way how many bytes
 * may be read, and on the other that there are not so many (try_match_pkt_pointers). `fails` goes straight on, `holds` jumps.
 * Returns whether it is such a comparison.
 */
export function learnPacketRange(
  condition: Condition,
  dst: number,
  src: number,
  a: Register,
  b: Register,
  fails: WalkState,
  holds: WalkState,
): boolean {
  if (bounds(a, b)) return learn(condition, dst, a, fails, holds);
  if (bounds(b, a)) return learn(MIRRORED[condition], src, b, fails, holds);
  return false;
}

const MIRRORED: Partial<Record<Condition, Condition>> = { gt: "lt", lt: "gt", ge: "le", le: "ge" };

/** `pointer` is one whose range `end` limits. */
const bounds = (pointer: Register, end: Register): boolean =>
  (pointer.type === TYPE.packet && end.type === TYPE.packetEnd) ||
  (pointer.type === TYPE.packetMeta && isPacketStart(end));

/** reg_is_init_pkt_pointer */
const isPacketStart = ({ type, id, offset, scalar }: Register): boolean =>
  type === TYPE.packet && id === 0 && offset === 0 && isZero(scalar);

function learn(
  condition: Condition | undefined,
  number: number,
  pointer: Register,
  fails: WalkState,
  holds: WalkState,
): boolean {
  switch (condition) {
    case "gt":
      extendRange(fails, pointer, false);
      markEnd(holds, number, BEYOND_PACKET_END);
      return true;
    case "lt":
      extendRange(holds, pointer, true);
      markEnd(fails, number, AT_PACKET_END);
      return true;
    case "ge":
      extendRange(fails, pointer, true);
      markEnd(holds, number, AT_PACKET_END);
      return true;
    case "le":
      extendRange(holds, pointer, false);
      markEnd(fails, number, BEYOND_PACKET_END);
      return true;
    default:
      return false;
  }
}

/** find_good_pkt_pointers; `open`: the pointer lies before the end, not only up to it. */
function extendRange(state: WalkState, pointer: Register, open: boolean): void {
  const { offset, scalar, type, id } = pointer;
  if (offset < 0 || (offset === 0 && open)) return;
  if (scalar.umax > MAX_PACKET_BYTES || scalar.umax + BigInt(offset) > MAX_PACKET_BYTES) return;
  const range = open ? offset + 1 : offset;
  state.changeAll((register) =>
    register.type === type && register.id === id && register.extent < range ? { ...register, extent: range } : register,
  );
}

/** mark_pkt_end */
function markEnd(state: WalkState, number: number, range: number): void {
  const register = state.frame.registers[number]!;
  if (register.type === TYPE.packet) state.frame.registers[number] = { ...register, extent: range };
}
