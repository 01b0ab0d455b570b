import type { LinearMemory } from "./memory.ts";

/**
 * The value of a BPF_MAP_TYPE_PROG_ARRAY, as bpf_tail_call finds it at the map's address:
 *
 *     0            4                8
 *     entries u32  function 0 u32   function 1 u32 ...
 *
 * A function is its number in the machine's FunctionTable, 0 where the entry is empty.
 */
export class ProgramArray {
  /** The map's address: what a reference to the map resolves to. */
  readonly address: number;
  readonly entries: number;
  private readonly memory: LinearMemory;

  constructor(memory: LinearMemory, entries: number) {
    this.memory = memory;
    this.entries = entries;
    this.address = memory.allocate(4 + 4 * entries);
    memory.bytes.fill(0, this.address, this.address + 4 + 4 * entries);
    memory.setUint32(this.address, entries);
  }

  /** Number of the function at `index`; 0: none. */
  get(index: number): number {
    return programArrayEntry(this.memory, this.address, index);
  }

  /** `slot` is an executable's `slot`, or 0 to empty the entry. Throws RangeError where `index` is no entry. */
  set(index: number, slot: number): void {
    if (!(index >= 0 && index < this.entries))
      throw new RangeError(`A program array of ${this.entries} entries has no entry ${index}.`);
    this.memory.setUint32(this.address + 4 + 4 * index, slot);
  }

  release(): void {
    this.memory.release(this.address, 4 + 4 * this.entries);
  }
}

/** `get` of the program array at an address. */
export function programArrayEntry(memory: LinearMemory, address: number, index: number): number {
  return index < memory.uint32(address) ? memory.uint32(address + 4 + 4 * index) : 0;
}
