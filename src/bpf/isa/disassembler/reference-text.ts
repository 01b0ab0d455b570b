import type { CallKernel, Reference } from "../instruction.ts";
import type { ListingNames } from "./names.ts";
import { signed } from "./numbers.ts";

/**
 * What a 64-bit immediate load refers to, in bpftool's manner (`map[idx:0]`, `subprog[+3]`); a map in a program to be
 * loaded is a descriptor, `map[fd:3]`. The kernel's own log shows addresses here, which only it knows.
 */
export function referenceText(reference: Reference, names: ListingNames): string {
  const { to, imm, nextImm } = reference;
  switch (to) {
    case "function":
      return `subprog[${signed(imm)}]`;
    case "btf-id":
      return nextImm === 0 ? `btf[id:${imm}]` : `btf[id:${imm} fd:${nextImm}]`;
    default: {
      const byIndex = to === "map-index" || to === "map-index-value";
      const map = `map[${names.map?.(reference) ?? `${byIndex ? "idx" : "fd"}:${imm}`}]`;
      return to === "map-fd" || to === "map-index" ? map : `${map}[0]+${nextImm >>> 0}`;
    }
  }
}

/** ` module 3` where a kernel function is not the kernel's own. The kernel's log leaves this out. */
export function moduleText(call: CallKernel): string {
  return call.module === 0 ? "" : ` module ${call.module}`;
}
