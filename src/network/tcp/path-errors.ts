import { ADDRESSES } from "../../packet/checksum.ts";
import { get16, get32 } from "../../packet/wire.ts";
import { IPV6_HEADER } from "../ip/header.ts";
import type { IcmpErrorListener } from "../ip/icmp.ts";
import {
  ICMP_DEST_UNREACH,
  ICMP_FRAG_NEEDED,
  ICMP_HOST_UNREACH,
  ICMP_SOURCE_QUENCH,
  ICMPV6_DEST_UNREACH,
  ICMPV6_PARAMPROB,
  ICMPV6_PKT_TOOBIG,
} from "../ip/icmp-type.ts";
import type { World } from "../world.ts";
import { Connection } from "./connection.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { Establishment } from "./establishment.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Sender } from "./sender.ts";
import { between } from "./sequence.ts";

/** Codes of ICMPv6 "destination unreachable" that mean a refusal: prohibited, port, policy, reject route (icmpv6_err_convert). */
const IPV6_REFUSALS = new Set([1, 4, 5, 6]);

interface PathErrorParts {
  readonly establishment: Establishment;
  readonly lifecycle: Lifecycle;
  readonly sender: Sender;
}

/** What ICMP errors about a connection's segments do to it (tcp_v4_err, tcp_v6_err; RFC 5927). */
export class PathErrors implements IcmpErrorListener {
  private readonly table: ConnectionTable;
  private readonly parts: PathErrorParts;
  private readonly world: World;

  constructor(table: ConnectionTable, parts: PathErrorParts, world: World) {
    this.table = table;
    this.parts = parts;
    this.world = world;
  }

  icmpError(family: 4 | 6, type: number, code: number, inner: number): void {
    const { bytes } = this.world.store;
    const { source, destination } = ADDRESSES[family];
    const tcp = inner + (family === 4 ? (bytes[inner]! & 15) * 4 : IPV6_HEADER);
    const sequence = get32(bytes, tcp + 4);
    const { now } = this.world.simulation;
    const local = get16(bytes, tcp);
    const remote = get16(bytes, tcp + 2);
    const c = this.table.find(bytes, family, inner + source, inner + destination, local, remote, now);
    if (!(c instanceof Connection)) return;
    if (c.isRequest) {
      if (sequence === c.iss && endsRequest(family, type, code)) this.parts.lifecycle.forget(c);
      return;
    }
    // An error about something that is not on its way is forged, or late.
    if (!between(sequence, c.sndUna, c.sndNxt)) return;
    if (isTooBig(family, type, code)) this.shrink(c);
    else if (type !== ICMP_SOURCE_QUENCH || family === 6) {
      // Established connections go on trying.
      if (c.state === "SYN-SENT" || c.state === "SYN-RECEIVED") this.parts.lifecycle.end(c, "unreachable");
    }
  }

  /** The path has turned out to carry only smaller packets: what was too large is cut up and sent again (RFC 1191, RFC 8201). */
  private shrink(c: Connection): void {
    const { establishment, sender } = this.parts;
    const before = c.mss;
    if (c.state === "SYN-SENT" || c.state === "SYN-RECEIVED") return;
    establishment.updateMss(c);
    if (c.mss >= before) return;
    c.unacknowledged.split(c.currentMss);
    if (c.unacknowledged.lost === 0) return;
    c.congestion.resegment(c.sndNxt);
    sender.retransmitLost(c);
  }
}

function isTooBig(family: 4 | 6, type: number, code: number): boolean {
  return family === 4 ? type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED : type === ICMPV6_PKT_TOOBIG;
}

/** Which errors end an answered SYN's wait. */
function endsRequest(family: 4 | 6, type: number, code: number): boolean {
  if (family === 6) return type === ICMPV6_PARAMPROB || (type === ICMPV6_DEST_UNREACH && IPV6_REFUSALS.has(code));
  if (type === ICMP_DEST_UNREACH) return code <= ICMP_HOST_UNREACH;
  return type !== ICMP_SOURCE_QUENCH;
}
