import { HELPER_NAMES } from "../../isa/helper-names.ts";
import type { Instruction } from "../../isa/instruction.ts";

/** Register that an instruction sets; undefined where it sets none, or is a call. */
export function setBy(it: Instruction): number | undefined {
  switch (it.kind) {
    case "alu":
    case "negate":
    case "byte-swap":
    case "move-signed":
    case "constant":
    case "reference":
    case "load":
    case "load-acquire":
    case "address-space-cast":
      return it.dst;
    case "atomic":
      return it.fetch ? (it.operation === "cmpxchg" ? 0 : it.src) : undefined;
    default:
      return undefined;
  }
}

/** Registers that its result is made of; for loads none: what matters of them is what was read. */
export function madeOf(it: Instruction): readonly number[] {
  switch (it.kind) {
    case "alu": {
      const source = it.src === null ? [] : [it.src];
      return it.operation === "mov" ? source : [it.dst, ...source];
    }
    case "negate":
    case "byte-swap":
      return [it.dst];
    case "move-signed":
    case "address-space-cast":
      return [it.src];
    default:
      return [];
  }
}

/** Name of what a call calls; undefined for other instructions. */
export function calledBy(it: Instruction): string | undefined {
  switch (it.kind) {
    case "call-helper":
      return HELPER_NAMES[it.helper] ?? `helper ${it.helper}`;
    case "call-kernel":
      return `kernel function ${it.btfId}`;
    case "packet-load":
      return "the load from the packet";
    default:
      return undefined;
  }
}

/** Register that an instruction reads or writes memory through. */
export function addressOf(it: Instruction): number | undefined {
  switch (it.kind) {
    case "load":
    case "load-acquire":
      return it.src;
    case "store":
    case "store-release":
    case "atomic":
      return it.dst;
    default:
      return undefined;
  }
}
