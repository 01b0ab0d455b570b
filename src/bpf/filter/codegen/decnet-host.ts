import { and, type Condition, or } from "../ir/condition.ts";
import type { Direction } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { inDirection } from "./direction.ts";
import { linkProtocol } from "./link-protocol.ts";
import { equals } from "./load.ts";
import { ETHERTYPE } from "./protocol-numbers.ts";

const AREA_SHIFT = 10;
const AREA_MASK = 0xfc00;
const NODE_MASK = 0x03ff;

/** The 16-bit address for `area.node`; undefined where the text is none. */
export function decnetAddress(text: string): number | undefined {
  const parts = /^\s*([0-9]+)\.([0-9]+)/.exec(text);
  if (parts === null) return undefined;
  return ((Number(parts[1]) << AREA_SHIFT) & AREA_MASK) | (Number(parts[2]) & NODE_MASK);
}

/** Offsets of an address in DECnet phase IV headers, after the flags: in the short and in the long form. */
interface Place {
  readonly short: number;
  readonly long: number;
}
const SOURCE: Place = { short: 3, long: 15 };
const DESTINATION: Place = { short: 1, long: 7 };

/** Addresses are little-endian, and a byte of padding may come first. */
export function decnetHost(c: Context, address: number, direction: Direction | undefined): Condition {
  const swapped = ((address & 0xff) << 8) | ((address >> 8) & 0xff);
  return inDirection(c, direction, SOURCE, DESTINATION, ({ short, long }) => {
    const isDecnet = linkProtocol(c, ETHERTYPE.DECNET);
    const padded = (flags: number, offset: number) =>
      and(equals(c, "network", 2, 2, flags, 0xff07), equals(c, "network", 3 + offset, 2, swapped));
    const bare = (flags: number, offset: number) =>
      and(equals(c, "network", 2, 1, flags, 0x07), equals(c, "network", 2 + offset, 2, swapped));
    const paddedLong = padded(0x8106, long);
    const bareLong = bare(0x06, long);
    const paddedShort = padded(0x8102, short);
    const bareShort = bare(0x02, short);
    return and(isDecnet, or(bareShort, or(paddedShort, or(bareLong, paddedLong))));
  });
}
