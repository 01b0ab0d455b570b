import type { Atomic } from "../../isa/instruction.ts";
import { R0 } from "./dense-code.ts";

/** Does an atomic operation on the 4 bytes at `address`; what the program's registers get is zero-extended. */
export function atomic32(it: Atomic, r: Int32Array, view: DataView, address: number): void {
  const s = it.src * 2;
  const before = view.getInt32(address, true);
  const operand = r[s]!;
  if (it.operation === "cmpxchg") {
    if (before === r[R0]) view.setInt32(address, operand, true);
    r[R0] = before;
    r[R0 + 1] = 0;
    return;
  }
  view.setInt32(address, combine32(it, before, operand), true);
  if (!it.fetch) return;
  r[s] = before;
  r[s + 1] = 0;
}

/** The same on 8 bytes. */
export function atomic64(it: Atomic, r: Int32Array, view: DataView, address: number): void {
  const s = it.src * 2;
  const low = view.getInt32(address, true);
  const high = view.getInt32(address + 4, true);
  const operandLow = r[s]!;
  const operandHigh = r[s + 1]!;
  if (it.operation === "cmpxchg") {
    if (low === r[R0] && high === r[R0 + 1]) {
      view.setInt32(address, operandLow, true);
      view.setInt32(address + 4, operandHigh, true);
    }
    r[R0] = low;
    r[R0 + 1] = high;
    return;
  }
  const sum = combine32(it, low, operandLow);
  const carry = it.operation === "add" && sum >>> 0 < low >>> 0 ? 1 : 0;
  view.setInt32(address, sum, true);
  view.setInt32(address + 4, combine32(it, high, operandHigh) + carry, true);
  if (!it.fetch) return;
  r[s] = low;
  r[s + 1] = high;
}

function combine32({ operation }: Atomic, before: number, operand: number): number {
  switch (operation) {
    case "add":
      return (before + operand) | 0;
    case "or":
      return before | operand;
    case "and":
      return before & operand;
    case "xor":
      return before ^ operand;
    default:
      return operand;
  }
}
