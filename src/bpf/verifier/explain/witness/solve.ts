import { type Expression, type Input, keyOfInput, swapBytes } from "./expression.ts";
import type { PathConditions, Test } from "./path-conditions.ts";

/** Values that an input may have on the path, the likeliest to lead out of bounds first. */
export interface Choice {
  readonly input: Input;
  readonly values: readonly bigint[];
}

/** Inputs up to this size are tried value by value. */
const EXHAUSTIVE_BYTES = 2;
/** Values that are kept of each input. */
const MAX_VALUES = 4;

/** Finds values for every input that the path depends on; undefined where some input has none. */
export function solve(conditions: PathConditions): readonly Choice[] | undefined {
  const plus = conditions.refused?.plus;
  const aim = typeof plus === "object" ? plus : undefined;
  const inputs = new Map<string, Input>();
  for (const { expression } of conditions.tests) inputs.set(keyOfInput(expression.input), expression.input);
  if (aim !== undefined) inputs.set(keyOfInput(aim.input), aim.input);
  const choices: Choice[] = [];
  for (const [key, input] of inputs) {
    // The packet's length is chosen last.
    if (input.kind === "length") continue;
    const tests = conditions.tests.filter(({ expression }) => keyOfInput(expression.input) === key);
    const aimed = aim !== undefined && keyOfInput(aim.input) === key ? aim : undefined;
    const values = valuesFor(input, tests, aimed, conditions.constants);
    if (values.length === 0) return undefined;
    choices.push({ input, values });
  }
  return choices;
}

function valuesFor(
  input: Input,
  tests: readonly Test[],
  aim: Expression | undefined,
  constants: ReadonlySet<bigint>,
): readonly bigint[] {
  const fits = (value: bigint): boolean => tests.every(({ expression, holds }) => holds(expression.evaluate(value)));
  const values = new Set<bigint>();
  let [most, least]: (readonly [value: bigint, aimed: bigint] | undefined)[] = [];
  for (const value of candidates(input, constants)) {
    if (!fits(value)) continue;
    if (aim === undefined) {
      values.add(value);
      if (values.size >= MAX_VALUES) break;
      continue;
    }
    const aimed = BigInt.asIntN(64, aim.evaluate(value));
    if (most === undefined || aimed > most[1]) most = [value, aimed];
    if (least === undefined || aimed < least[1]) least = [value, aimed];
  }
  for (const found of [most, least]) if (found !== undefined) values.add(found[0]);
  return [...values];
}

/** Values worth trying: all of a small input; of a large one limits, and what it was compared with, in both orders and shifted. */
function* candidates({ bytes }: Input, constants: ReadonlySet<bigint>): Generator<bigint> {
  const bits = bytes * 8;
  const limit = 1n << BigInt(bits);
  if (bytes <= EXHAUSTIVE_BYTES) {
    for (let value = 0n; value < limit; value++) yield value;
    return;
  }
  yield* [0n, 1n, limit - 1n, limit >> 1n, (limit >> 1n) - 1n];
  for (const constant of constants)
    for (const near of [constant, constant + 1n, constant - 1n]) {
      const value = BigInt.asUintN(bits, near);
      yield value;
      yield swapBytes(value, bits);
      for (let shift = 1n; shift < BigInt(bits); shift++) {
        yield BigInt.asUintN(bits, value << shift);
        yield value >> shift;
      }
    }
}
