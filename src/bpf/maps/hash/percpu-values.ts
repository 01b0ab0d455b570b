import type { LinearMemory } from "../../vm/memory.ts";
import { copy, roundUp8 } from "../block.ts";
import type { MapDefinition } from "../definition.ts";
import type { MapPlace } from "../map-place.ts";
import { clearFields, copyValue, zeroValue } from "../value-copy.ts";

/** The values of one element, one a processor, at multiples of 8 bytes; user space sees them the same way. */
export class PercpuValues {
  /** Bytes from one processor's value to the next one's. */
  readonly stride: number;
  private readonly memory: LinearMemory;
  private readonly cpus: number;
  private readonly definition: MapDefinition;

  constructor({ machine, possibleCpus }: MapPlace, definition: MapDefinition) {
    this.memory = machine.memory;
    this.cpus = possibleCpus;
    this.definition = definition;
    this.stride = roundUp8(definition.valueSize);
  }

  /** Bytes of all values of an element. */
  get size(): number {
    return this.stride * this.cpus;
  }

  /** Padding stays as it was, as on Linux. */
  clear(to: number): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) zeroValue(this.memory, this.definition, to + cpu * this.stride);
  }

  set(to: number, cpu: number, value: number): void {
    copyValue(this.memory, this.definition, to + cpu * this.stride, value);
  }

  /** As user space gives them, padding included. */
  setAll(to: number, values: number): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const offset = cpu * this.stride;
      copyValue(this.memory, this.definition, to + offset, values + offset, this.stride);
    }
  }

  /** Gives user space all of them. */
  read(from: number, values: number): void {
    copy(this.memory.bytes, values, from, this.size);
    for (let cpu = 0; cpu < this.cpus; cpu++) clearFields(this.memory, this.definition, values + cpu * this.stride);
  }
}
