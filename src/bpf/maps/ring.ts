import { Block } from "./block.ts";
import type { MapPlace } from "./map-place.ts";

/** Bytes in front of each record: its length with two flags, and a word that only the kernel needs. */
export const RECORD_HEADER = 8;

/** Flags of a record's length. */
export const RECORD = { busy: 0x8000_0000, discarded: 0x4000_0000, length: 0x3fff_ffff } as const;

/**
 * The bytes of a ring buffer. Positions count up from 0 for ever; a record lies at its position modulo the size, whole, as
 * the block has room for one more turn where Linux maps the same pages twice.
 */
export class Ring {
  readonly size: number;
  /** Position behind what was read. */
  consumer = 0;
  /** Position behind what was written. */
  producer = 0;
  private readonly block: Block;

  constructor(place: MapPlace, size: number) {
    this.size = size;
    this.block = Block.ofValues(place.machine, 2 * size, 0);
  }

  /** Address of the record at a position: of its header. */
  addressOf(position: number): number {
    return this.block.address + (position & (this.size - 1));
  }

  /** Is this the address of bytes in the ring? */
  has(address: number): boolean {
    return address >= this.block.address && address < this.block.address + 2 * this.size;
  }

  release(): void {
    this.block.release();
  }
}

/** Bytes that a record of `length` takes with its header. */
export const recordSpace = (length: number): number => Math.ceil((length + RECORD_HEADER) / 8) * 8;
