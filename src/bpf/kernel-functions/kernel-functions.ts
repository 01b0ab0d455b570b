import { HelperMemory } from "../helpers/helper-memory.ts";
import type { BpfSyscall } from "../syscall.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { dynptrFunctions } from "./dynptrs.ts";
import { iteratorFunctions } from "./iterators.ts";
import { sectionFunctions } from "./sections.ts";

/**
 * The kernel functions that programs call by their BTF ids, as far as they need neither a network nor a kernel's structures. Ids
 * are netsim's own: numbers from 1 in the order of this table.
 */
export class KernelFunctions {
  private readonly functions: readonly HostFunction[];
  private readonly ids: ReadonlyMap<string, number>;

  constructor(maps: BpfSyscall) {
    const memory = new HelperMemory(maps);
    const all = [...iteratorFunctions(memory), ...dynptrFunctions(memory), ...sectionFunctions(memory)];
    this.functions = all.map(([, host]) => host);
    this.ids = new Map(all.map(([name], i) => [name, i + 1]));
  }

  /** The function of that name; undefined where it is not simulated. */
  byName(name: string): HostFunction | undefined {
    return this.byId(this.idOf(name) ?? 0);
  }

  /** What a call's immediate names it by; undefined where it is not simulated. */
  idOf(name: string): number | undefined {
    return this.ids.get(name);
  }

  byId(id: number): HostFunction | undefined {
    return this.functions[id - 1];
  }

  /** Names of all, for whoever asked for another one. */
  names(): string[] {
    return [...this.ids.keys()];
  }
}
