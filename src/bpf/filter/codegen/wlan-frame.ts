import { and, type Condition, not } from "../ir/condition.ts";
import type { Context } from "./context.ts";
import { equals, hasBits } from "./load.ts";

/** A data frame: of the two bits of the type in the first byte, only the upper one is set (IEEE 802.11-2020, 9.2.4.1.3). */
export function isDataFrame(c: Context): Condition {
  return and(not(hasBits(c, "header", 0, 1, 0x04)), hasBits(c, "header", 0, 1, 0x08));
}

/** `type` and `subtype`. */
export function wlanType(c: Context, value: number, mask: number): Condition {
  if (!hasWlanHeader(c)) return c.fail(`Link type ${c.linkTypeName} has no 802.11 frame types.`);
  return equals(c, "header", 0, 1, value, mask);
}

/** `dir`: to or from the distribution system. */
export function wlanDirection(c: Context, value: number): Condition {
  if (!hasWlanHeader(c)) return c.fail(`Link type ${c.linkTypeName} has no 802.11 headers, which tell the direction.`);
  return equals(c, "header", 1, 1, value, 0x03);
}

/** libpcap leaves PPI out here, though it knows 802.11 there otherwise. */
function hasWlanHeader(c: Context): boolean {
  return c.on("IEEE802_11", "PRISM_HEADER", "IEEE802_11_RADIO_AVS", "IEEE802_11_RADIO");
}
