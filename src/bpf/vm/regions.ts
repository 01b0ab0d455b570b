/** A range of addresses that unverified programs may touch. */
export interface Region {
  readonly start: number;
  /** First address after it. */
  readonly end: number;
  readonly writable: boolean;
}

/**
 * What unverified programs may touch besides their own stack, context and packet: map values, and memory that a test
 * lends. Verified programs are not held against it.
 */
export class Regions {
  private readonly list: Region[] = [];

  /** Returns the region, for `remove`. */
  add(start: number, bytes: number, writable: boolean): Region {
    const region = { start, end: start + bytes, writable };
    this.list.push(region);
    return region;
  }

  remove(region: Region): void {
    const at = this.list.indexOf(region);
    if (at >= 0) this.list.splice(at, 1);
  }

  /** Lies the whole access within one region that permits it? */
  permits(address: number, bytes: number, write: boolean): boolean {
    for (const { start, end, writable } of this.list)
      if (address >= start && address + bytes <= end && (writable || !write)) return true;
    return false;
  }
}
