import { callWithRegisters } from "../host-function.ts";
import { set, signed } from "./arithmetic64.ts";
import { type HostCall, R0, R1, R2, R3 } from "./dense-code.ts";

const R4 = 8;
const R5 = 10;

/** Calls a host function with R1, R2, ... of a value array and puts its result into R0. */
export function callHost({ host, narrow }: HostCall, r: Int32Array): void {
  if (!narrow) {
    set(
      r,
      R0,
      callWithRegisters(
        host,
        [R1, R2, R3, R4, R5].map((at) => signed(r, at)),
      ),
    );
    return;
  }
  const call = host.call as (...values: number[]) => number;
  const result = callNarrow(call, host.parameters.length, r);
  r[R0] = host.result === "none" ? 0 : result;
  r[R0 + 1] = host.result === "signed" ? r[R0]! >> 31 : 0;
}

/** Spelt out by number of arguments, because a spread would allocate an array for each call. */
function callNarrow(call: (...values: number[]) => number, parameters: number, r: Int32Array): number {
  switch (parameters) {
    case 0:
      return call();
    case 1:
      return call(r[R1]!);
    case 2:
      return call(r[R1]!, r[R2]!);
    case 3:
      return call(r[R1]!, r[R2]!, r[R3]!);
    case 4:
      return call(r[R1]!, r[R2]!, r[R3]!, r[R4]!);
    default:
      return call(r[R1]!, r[R2]!, r[R3]!, r[R4]!, r[R5]!);
  }
}
