import { HELPER_NAMES } from "../isa/helper-names.ts";
import type { HostFunction, ParameterKind, ResultKind } from "../vm/host-function.ts";

/** Letters of parameters: `w` a register's low half, `d` all of it. */
const KINDS: Readonly<Record<string, ParameterKind>> = { w: "i32", d: "i64" };

/**
 * A helper as an entry of a table by numbers.
 * @param parameters a letter for each: `w` gives `call` the register's low 32 bits as a signed number, `d` all 64 as a bigint.
 */
export function helper(
  number: number,
  parameters: string,
  result: ResultKind,
  call: HostFunction["call"],
  reenters = false,
): [number, HostFunction] {
  const kinds = [...parameters].map((letter) => KINDS[letter]!);
  return [number, { name: HELPER_NAMES[number]!, parameters: kinds, result, call, ...(reenters ? { reenters } : {}) }];
}
