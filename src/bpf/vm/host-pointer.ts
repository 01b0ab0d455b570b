import type { BpfFunction } from "./function-table.ts";
import { callWithRegisters, type HostFunction } from "./host-function.ts";

/** A host function among those that programs reach by pointer: `callx` calls it on every engine. */
export class HostPointer implements BpfFunction {
  readonly engine = "host";
  private readonly host: HostFunction;

  constructor(host: HostFunction) {
    this.host = host;
  }

  call(...registers: [bigint, bigint, bigint, bigint, bigint]): bigint {
    return callWithRegisters(this.host, registers);
  }
}
