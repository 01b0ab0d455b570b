import type { PacketContext } from "./context.ts";
import { type Facts, possibleNumbers } from "./facts.ts";
import type { PlacedHeader } from "./headers/header.ts";
import { linkHeader, networkHeader } from "./headers/link.ts";
import { transport } from "./headers/transport.ts";
import { metadata, type Position, samePlace } from "./value.ts";

/** Headers that are looked through. */
const MOST_HEADERS = 20;

/** The header that a place in the packet belongs to, as far as tests have shown what follows what. */
export function locate(place: Position, facts: Facts, context: PacketContext): PlacedHeader | undefined {
  let found: PlacedHeader | undefined;
  let next: PlacedHeader | undefined = firstHeader(place, facts, context);
  for (let i = 0; next !== undefined && i < MOST_HEADERS; i++) {
    if (samePlace(next.start) === samePlace(place) && next.start.offset <= place.offset) found = next;
    next = next.header.next?.(next.start, facts);
  }
  return found;
}

function firstHeader({ origin }: Position, facts: Facts, context: PacketContext): PlacedHeader {
  const start: Position = { origin, offset: 0, terms: [] };
  const begins = origin === "data" ? context.dataStart : origin;
  switch (begins) {
    case "network":
      return networkHeader(possibleNumbers(facts, metadata("proto")), start);
    case "transport":
      return transport(context.transport === undefined ? undefined : new Set([context.transport]), start, "socket");
    default:
      return { header: linkHeader(context.linkType), start };
  }
}
