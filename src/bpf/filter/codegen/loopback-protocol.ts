import { type Condition, or } from "../ir/condition.ts";
import type { Context } from "./context.ts";
import { always, equals } from "./load.ts";
import { FAMILY, ETHERTYPE as TYPE } from "./protocol-numbers.ts";

/**
 * The protocol in a loopback capture: an address family, in network byte order (LOOP) or in that of the machine that
 * captured (NULL, ENC). IPv6's differs between systems, so for a file all of the BSDs' are tried.
 */
export function loopbackProtocol(c: Context, protocol: number): Condition {
  if (protocol === TYPE.IP) return family(c, FAMILY.INET);
  if (protocol !== TYPE.IPV6) return always(false);
  if (c.options.savedBy === undefined) return family(c, FAMILY.INET6_LINUX);
  return or(family(c, FAMILY.INET6_DARWIN), or(family(c, FAMILY.INET6_BSD), family(c, FAMILY.INET6_FREEBSD)));
}

function family(c: Context, number: number): Condition {
  const littleEndian = c.on("NULL", "ENC") && c.options.savedBy !== "big";
  return equals(c, "header", 0, 4, littleEndian ? number << 24 : number);
}
