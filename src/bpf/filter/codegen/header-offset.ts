/** Marks an offset that a link type does not have. Arithmetic with it wraps, as in libpcap. */
export const UNSET = 0xffff_ffff;

/** Where a header begins: `constant` bytes from the start of the packet, and where it varies what a scratch slot holds on top. */
export interface HeaderOffset {
  constant: number;
  variable: boolean;
  /** Scratch slot of the varying part; undefined until something needs it. */
  slot: number | undefined;
}

export function headerOffset(constant: number, variable = false): HeaderOffset {
  return { constant, variable, slot: undefined };
}
