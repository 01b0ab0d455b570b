import type { HostFunction, ParameterKind } from "../../bpf/vm/host-function.ts";

/** A helper whose arguments and result fit in 32 bits, with its number. */
export function helper32(
  number: number,
  name: string,
  parameters: number,
  result: "signed" | "unsigned",
  call: (...values: number[]) => number,
  more: Pick<HostFunction, "reenters"> = {},
): [number, HostFunction] {
  return [number, { name, parameters: new Array<ParameterKind>(parameters).fill("i32"), result, call, ...more }];
}
