import type { LinearMemory } from "../../vm/memory.ts";
import { copy, roundUp8 } from "../block.ts";
import type { MapPlace } from "../map-place.ts";

/** The values of one element, one a processor, at multiples of 8 bytes; user space sees them the same way. */
export class PercpuValues {
  /** Bytes from one processor's value to the next one's. */
  readonly stride: number;
  private readonly memory: LinearMemory;
  private readonly cpus: number;
  private readonly valueSize: number;

  constructor({ machine, possibleCpus }: MapPlace, valueSize: number) {
    this.memory = machine.memory;
    this.cpus = possibleCpus;
    this.valueSize = valueSize;
    this.stride = roundUp8(valueSize);
  }

  /** Bytes of all values of an element. */
  get size(): number {
    return this.stride * this.cpus;
  }

  /** Padding stays as it was, as on Linux. */
  clear(to: number): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const at = to + cpu * this.stride;
      this.memory.bytes.fill(0, at, at + this.valueSize);
    }
  }

  set(to: number, cpu: number, value: number): void {
    copy(this.memory.bytes, to + cpu * this.stride, value, this.valueSize);
  }

  /** As user space gives them, padding included. */
  setAll(to: number, values: number): void {
    copy(this.memory.bytes, to, values, this.size);
  }

  /** Gives user space all of them. */
  read(from: number, values: number): void {
    copy(this.memory.bytes, values, from, this.size);
  }
}
