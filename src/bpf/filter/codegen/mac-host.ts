import { and, type Condition } from "../ir/condition.ts";
import type { Direction } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { inDirection } from "./direction.ts";
import { equalsBytes } from "./load.ts";
import { outerHeaderCheck } from "./outer-header.ts";
import { isWlan, wlanHost } from "./wlan-host.ts";

/** Offsets of source and destination in the link-layer headers that simply have both. */
function places(c: Context): readonly [source: number, destination: number] | undefined {
  if (c.on("EN10MB", "NETANALYZER", "NETANALYZER_TRANSPARENT")) return [6, 0];
  if (c.on("FDDI")) return [7, 1];
  if (c.on("IEEE802")) return [8, 2];
  return c.on("IP_OVER_FC") ? [10, 2] : undefined;
}

/** A host by its MAC address, 6 bytes. Throws where the link type has none. */
export function macHost(c: Context, address: Uint8Array, direction: Direction | undefined): Condition {
  if (isWlan(c)) return wlanHost(c, address, direction);
  const found = places(c);
  if (found === undefined) return c.fail(`Link type ${c.linkTypeName} has no MAC addresses.`);
  const check = c.on("EN10MB", "NETANALYZER", "NETANALYZER_TRANSPARENT") ? outerHeaderCheck(c) : undefined;
  const host = inDirection(c, direction, ...found, (offset) => equalsBytes(c, "header", offset, address));
  return and(check, host);
}

/** A host by its ARCNET address. */
export function arcnetHost(c: Context, address: number, direction: Direction | undefined): Condition {
  if (!isArcnet(c)) return c.fail(`Link type ${c.linkTypeName} has no ARCNET addresses.`);
  return inDirection(c, direction, 0, 1, (offset) => equalsBytes(c, "header", offset, Uint8Array.of(address)));
}

export function isArcnet(c: Context): boolean {
  return c.on("ARCNET", "ARCNET_LINUX");
}

/**
 * The address that `$1f` stands for in libpcap 1.10, which reads the dollar sign as a digit of value 13 and leaves the last
 * digit out: 0xd1.
 */
export function arcnetAddress(text: string): number {
  return 0xd0 | Number.parseInt(text[1]!, 16);
}

/** The six bytes of an address in any of the notations that are read as one. */
export function macAddress(text: string): Uint8Array {
  const parts = text.split(/[:.-]/);
  const octets = parts.length === 6 ? parts : parts.join("").match(/../g)!;
  return Uint8Array.from(octets, (octet) => Number.parseInt(octet, 16));
}
