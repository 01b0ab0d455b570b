import { scalarRegister } from "../state/register.ts";
import { constant, type Scalar, ZERO } from "../values/scalar.ts";
import type { Walk } from "./walk.ts";

const MINUS_ONE = constant(-1n);

/**
 * A register that is 0 or -1 (compilers shift signs that far) is about to be masked: both are walked on their own
 * (maybe_fork_scalars). Returns what the path at hand goes on with.
 */
export function forkSigns(walk: Walk, number: number): Scalar {
  const register = walk.frame.registers[number]!;
  const { scalar } = register;
  if (scalar.smin !== -1n || scalar.smax !== 0n) {
    if (scalar.s32min !== -1 || scalar.s32max !== 0) return scalar;
    return fork32(walk, number);
  }
  const other = walk.fork(walk.index, walk.index);
  other.frame.registers[number] = scalarRegister(ZERO);
  return MINUS_ONE;
}

function fork32(walk: Walk, number: number): Scalar {
  const register = walk.frame.registers[number]!;
  const other = walk.fork(walk.index, walk.index);
  const withLow = (value: bigint): Scalar => {
    const scalar = register.scalar.copy();
    scalar.bits = {
      value: (scalar.bits.value & 0xffff_ffff_0000_0000n) | value,
      mask: scalar.bits.mask & 0xffff_ffff_0000_0000n,
    };
    scalar.become32(value);
    return scalar;
  };
  other.frame.registers[number] = { ...register, scalar: withLow(0n) };
  return withLow(0xffff_ffffn);
}
