import type { Machine } from "../vm/machine.ts";
import type { Records, Region } from "../vm/regions.ts";
import { CREATE_FLAG } from "./map-type.ts";

/** Bytes of the largest block that memory hands out. */
const LARGEST = 2 ** 31;

/** Bytes of a map in the machine's memory, 0 at first. */
export class Block {
  readonly address: number;
  private readonly machine: Machine;
  private readonly size: number;
  private region: Region | undefined;

  /** Throws RangeError where there is not that much memory. */
  constructor(machine: Machine, size: number) {
    this.machine = machine;
    this.size = size;
    if (size > LARGEST) throw new RangeError(`A map of ${size} bytes does not fit into memory.`);
    this.address = machine.memory.allocate(size);
    machine.memory.bytes.fill(0, this.address, this.address + size);
  }

  /** A block whose bytes unverified programs may touch, as far as the map's creation flags let programs write. */
  static ofValues(machine: Machine, size: number, flags: number, records?: Records): Block {
    const block = new Block(machine, size);
    block.region = machine.regions.add(block.address, size, (flags & CREATE_FLAG.RDONLY_PROG) === 0, records);
    return block;
  }

  release(): void {
    if (this.region !== undefined) this.machine.regions.remove(this.region);
    this.machine.memory.release(this.address, this.size);
  }
}

/** Bytes up to which a loop is faster than the engine's own copy. */
const SHORT = 32;

/** Copies within memory; the two may overlap. */
export function copy(bytes: Uint8Array, to: number, from: number, length: number): void {
  if (length > SHORT) bytes.copyWithin(to, from, from + length);
  else if (to <= from) for (let i = 0; i < length; i++) bytes[to + i] = bytes[from + i]!;
  else for (let i = length - 1; i >= 0; i--) bytes[to + i] = bytes[from + i]!;
}

/** The next multiple of 8: values are that far apart. */
export const roundUp8 = (bytes: number): number => Math.ceil(bytes / 8) * 8;
