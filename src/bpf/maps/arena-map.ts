import { Block } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import type { MapPlace } from "./map-place.ts";

const PAGE = 4096;

/**
 * BPF_MAP_TYPE_ARENA (kernel/bpf/arena.c): memory that programs allocate pages of and share with user space. All of it is in
 * the machine's memory from the start, so that a pointer into it is an address like any other; what is touched without having
 * been allocated is no fault, as on Linux.
 */
export class ArenaMap extends HandledMap {
  private readonly pages: Block;
  private readonly taken: Uint8Array;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.pages = Block.ofValues(place.machine, definition.maxEntries * PAGE, 0);
    this.taken = new Uint8Array(definition.maxEntries);
  }

  lookup(): number {
    return 0;
  }

  /** Address of `count` free pages of zeroes in a row, at `wanted` where that is not 0; 0: there are none. */
  allocatePages(wanted: number, count: number): number {
    const total = this.definition.maxEntries;
    if (count === 0 || count > total) return 0;
    const isFree = (first: number) => first + count <= total && !this.taken.subarray(first, first + count).includes(1);
    let first = 0;
    if (wanted !== 0) {
      first = (wanted - this.pages.address) / PAGE;
      if (!Number.isInteger(first) || first < 0 || !isFree(first)) return 0;
    } else {
      while (first + count <= total && !isFree(first)) first++;
      if (first + count > total) return 0;
    }
    this.taken.fill(1, first, first + count);
    const address = this.pages.address + first * PAGE;
    this.memory.bytes.fill(0, address, address + count * PAGE);
    return address;
  }

  freePages(address: number, count: number): void {
    const first = Math.floor((address - this.pages.address) / PAGE);
    if (first < 0) return;
    this.taken.fill(0, first, first + count);
    const end = Math.min(first + count, this.definition.maxEntries);
    if (first < end) this.memory.bytes.fill(0, this.pages.address + first * PAGE, this.pages.address + end * PAGE);
  }

  override directValue(): number {
    return this.pages.address;
  }

  override get directSize(): number {
    return this.definition.maxEntries * PAGE;
  }

  override userLookup(): number {
    return -ERRNO.EINVAL;
  }

  override userUpdate(): number {
    return -ERRNO.EOPNOTSUPP;
  }

  override userDelete(): number {
    return -ERRNO.EOPNOTSUPP;
  }

  override nextKey(): number {
    return -ERRNO.EOPNOTSUPP;
  }

  override release(): void {
    super.release();
    this.pages.release();
  }
}
