import type { HostFunction } from "../vm/host-function.ts";
import { ProgramException } from "../vm/program-exception.ts";
import { kernelFunction } from "./kernel-function.ts";

/** bpf_throw (kernel/bpf/helpers.c). */
export function exceptionFunctions(): ReadonlyMap<string, HostFunction> {
  const raise = (cookie: bigint): never => {
    throw new ProgramException(cookie);
  };
  return new Map([kernelFunction("bpf_throw", "d", "none", raise, { unwinds: true })]);
}
