import { and, type Condition } from "../ir/condition.ts";
import type { Context } from "./context.ts";
import { linkProtocol } from "./link-protocol.ts";
import { equals } from "./load.ts";
import { ETHERTYPE } from "./protocol-numbers.ts";

const HEADER_SIZE = 6;
const PROTOCOL_SIZE = 2;
const LARGEST_SESSION = 0xffff;

/** `pppoed`: PPPoE discovery (RFC 2516). */
export function pppoeDiscovery(c: Context): Condition {
  return linkProtocol(c, ETHERTYPE.PPPOE_DISCOVERY);
}

/** `pppoes`: a PPPoE session, the one with that number if one is given. What stands behind it is meant inside PPP. */
export function pppoeSession(c: Context, session: number | undefined): Condition {
  const isSession = linkProtocol(c, ETHERTYPE.PPPOE_SESSION);
  if (session !== undefined && session > LARGEST_SESSION)
    return c.fail(`PPPoE session numbers go up to ${LARGEST_SESSION}.`);
  const found = session === undefined ? isSession : and(isSession, equals(c, "network", 0, 4, session, 0xffff));
  const { constant, variable, slot } = c.payload;
  c.enter("PPP", { constant: constant + c.network + HEADER_SIZE, variable, slot });
  c.typeField = { ...c.header };
  c.payload.constant = c.header.constant + PROTOCOL_SIZE;
  c.network = 0;
  c.networkWithoutSnap = 0;
  return found;
}
