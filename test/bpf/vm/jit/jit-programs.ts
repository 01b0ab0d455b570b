import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import type { Environment, Executable } from "../../../../src/bpf/vm/environment.ts";
import type { HostFunction } from "../../../../src/bpf/vm/host-function.ts";
import { Jit } from "../../../../src/bpf/vm/jit/jit.ts";
import { Machine } from "../../../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../../../src/bpf/vm/memory.ts";

/** Both ways to compile: a correct program does the same under each. */
export const MODES = [
  { mode: "trusted", checked: false },
  { mode: "checked", checked: true },
] as const;

export const CONTEXT_BYTES = 64;

/** A machine with a context, and what programs on it find. */
export class Bench {
  readonly memory = new LinearMemory();
  readonly machine = new Machine(this.memory);
  readonly context: number;
  readonly helpers = new Map<number, HostFunction>();
  readonly kernelFunctions = new Map<number, HostFunction>();
  /** Addresses of maps by descriptor. */
  readonly maps = new Map<number, number>();
  readonly environment: Environment;
  readonly jit = new Jit();

  constructor(layout: Partial<Environment["context"]> = {}) {
    this.context = this.memory.allocate(256);
    this.memory.bytes.fill(0, this.context, this.context + 256);
    this.environment = {
      machine: this.machine,
      context: { size: CONTEXT_BYTES, ...layout },
      helper: (number) => this.helpers.get(number),
      kernelFunction: (btfId) => this.kernelFunctions.get(btfId),
      resolve: ({ imm, nextImm }) => {
        const address = this.maps.get(imm);
        return address === undefined ? undefined : BigInt(address + nextImm);
      },
    };
  }

  load(text: string, checked: boolean): Executable {
    return this.jit.load(assembleExtended(text, { complete: true }).bytes, this.environment, { checked });
  }

  run(text: string, checked: boolean): bigint {
    return this.load(text, checked).runWide(this.context);
  }
}

/** Sixteen hexadecimal digits, for readable failures. */
export function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}
