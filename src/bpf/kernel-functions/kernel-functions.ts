import type { AllocatedType } from "../heap/object-heap.ts";
import { HelperMemory } from "../helpers/helper-memory.ts";
import type { ProgramType } from "../program-type.ts";
import type { BpfSyscall } from "../syscall.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { bitsIterator } from "./bits-iterator.ts";
import { dynptrFunctions } from "./dynptrs.ts";
import { exceptionFunctions } from "./exceptions.ts";
import { iteratorFunctions } from "./iterators.ts";
import { allocationOf, objectFunctions } from "./objects.ts";
import { packetDynptrFunctions } from "./packet-dynptrs.ts";
import { sectionFunctions } from "./sections.ts";
import { stringFunctions } from "./strings.ts";

/**
 * The kernel functions that programs call by their BTF ids, as far as they need neither a network nor a kernel's structures. Ids
 * are netsim's own: numbers from 1 in the order of this table.
 */
export class KernelFunctions {
  private readonly functions: HostFunction[];
  private readonly ids: ReadonlyMap<string, number>;
  private readonly memory: HelperMemory;
  /** Ids of what allocates one type. */
  private readonly allocations = new Map<AllocatedType, number>();

  constructor(maps: BpfSyscall) {
    const memory = new HelperMemory(maps);
    const all = [
      ...iteratorFunctions(memory),
      ...bitsIterator(memory),
      ...dynptrFunctions(memory),
      ...packetDynptrFunctions(memory),
      ...stringFunctions(memory),
      ...sectionFunctions(memory),
      ...objectFunctions(memory),
      ...exceptionFunctions(),
    ];
    this.memory = memory;
    this.functions = all.map(([, host]) => host);
    this.ids = new Map(all.map(([name], i) => [name, i + 1]));
  }

  /** The function of that name; undefined where it is not simulated. */
  byName(name: string): HostFunction | undefined {
    return this.byId(this.idOf(name) ?? 0);
  }

  /**
   * What a call's immediate names it by; undefined where it is not simulated.
   * @param allocates what the verifier knows that a call of an allocating function makes.
   * @param type of the program that calls it: who sees no packet in its context has no functions on it.
   */
  idOf(name: string, allocates?: AllocatedType, type?: ProgramType): number | undefined {
    if (name === "bpf_dynptr_from_skb")
      return type?.context.name === "__sk_buff"
        ? this.ids.get(type.packetAccess === "write" ? name : `${name}_rdonly`)
        : undefined;
    if (name !== "bpf_obj_new_impl") return this.ids.get(name);
    if (allocates === undefined) return undefined;
    let id = this.allocations.get(allocates);
    if (id === undefined) {
      id = this.functions.push(allocationOf(this.memory, allocates));
      this.allocations.set(allocates, id);
    }
    return id;
  }

  byId(id: number): HostFunction | undefined {
    return this.functions[id - 1];
  }

  /** Names of all, for whoever asked for another one. */
  names(): string[] {
    return [...this.ids.keys(), "bpf_obj_new_impl"];
  }
}
