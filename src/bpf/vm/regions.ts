/** A range of addresses that unverified programs may touch. */
export interface Region {
  readonly start: number;
  /** First address after it. */
  readonly end: number;
  readonly writable: boolean;
  readonly records: Records | undefined;
}

/** A region that is records one behind the other, of which programs may touch the ends. */
export interface Records {
  /** Bytes of a record. */
  readonly stride: number;
  /** Bytes at its beginning that programs may not touch. */
  readonly hidden: number;
}

/**
 * What unverified programs may touch besides their own stack, context and packet: map values, and memory that a test
 * lends. Verified programs are not held against it.
 */
export class Regions {
  private readonly list: Region[] = [];

  /** Returns the region, for `remove`. */
  add(start: number, bytes: number, writable: boolean, records?: Records): Region {
    const region = { start, end: start + bytes, writable, records };
    this.list.push(region);
    return region;
  }

  remove(region: Region): void {
    const at = this.list.indexOf(region);
    if (at >= 0) this.list.splice(at, 1);
  }

  /** Lies the whole access within one region that permits it? */
  permits(address: number, bytes: number, write: boolean): boolean {
    for (const { start, end, writable, records } of this.list)
      if (
        address >= start &&
        address + bytes <= end &&
        (writable || !write) &&
        isShown(records, address - start, bytes)
      )
        return true;
    return false;
  }
}

function isShown(records: Records | undefined, offset: number, bytes: number): boolean {
  if (records === undefined) return true;
  const within = offset % records.stride;
  return within >= records.hidden && within + bytes <= records.stride;
}
