import type { HostFunction, ParameterKind, ResultKind } from "../vm/host-function.ts";

const KINDS: Readonly<Record<string, ParameterKind>> = { w: "i32", d: "i64" };

/**
 * A kernel function as an entry of a table by names.
 * @param parameters a letter for each: `w` gives `call` the register's low 32 bits as a signed number, `d` all 64 as a bigint.
 */
export function kernelFunction(
  name: string,
  parameters: string,
  result: ResultKind,
  call: HostFunction["call"],
  properties: Pick<HostFunction, "reenters" | "unwinds"> = {},
): [string, HostFunction] {
  return [name, { name, parameters: [...parameters].map((letter) => KINDS[letter]!), result, call, ...properties }];
}
