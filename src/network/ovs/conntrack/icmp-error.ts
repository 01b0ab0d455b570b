import { copyBytes, get16, set16 } from "../../../packet/wire.ts";
import type { PacketState } from "../datapath/packet-state.ts";
import { AT } from "../flow/layout.ts";
import { type Connection, TUPLE, TUPLE_SIZE } from "./connection.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { isIcmp, PROTOCOL } from "./tuple.ts";

/** Types of ICMP that quote a packet: unreachable, source quench, redirect, time exceeded, parameter problem. */
const ERRORS: readonly number[] = [3, 4, 5, 11, 12];
/** ICMPv6: all below 128. */
const FIRST_INFORMATION = 128;

const tuple = new Uint8Array(TUPLE_SIZE);

/** The connection that the packet quoted in an ICMP error belongs to; `connections.isReply` says which direction it had (nf_conntrack_inet_error). */
export function quotedConnection(
  { skb, key }: PacketState,
  zone: number,
  bytes: Uint8Array,
  connections: ConnectionTable,
  now: number,
): Connection | undefined {
  const type = key[AT.tpSrc + 1]!;
  const isError = key[AT.nwProto] === PROTOCOL.icmp ? ERRORS.includes(type) : type < FIRST_INFORMATION && type > 0;
  if (!isError) return undefined;
  const at = skb!.transportHeader + 8;
  const end = skb!.data + skb!.length;
  tuple.fill(0);
  set16(tuple, TUPLE.zone, zone);
  let transport: number;
  if (key[AT.nwProto] === PROTOCOL.icmp) {
    if (end - at < 20) return undefined;
    transport = at + (bytes[at]! & 15) * 4;
    tuple[TUPLE.family] = 4;
    tuple[TUPLE.protocol] = bytes[at + 9]!;
    copyBytes(tuple, TUPLE.source, bytes, at + 12, 4);
    copyBytes(tuple, TUPLE.destination, bytes, at + 16, 4);
  } else {
    if (end - at < 40) return undefined;
    transport = at + 40;
    tuple[TUPLE.family] = 6;
    tuple[TUPLE.protocol] = bytes[at + 6]!;
    copyBytes(tuple, TUPLE.source, bytes, at + 8, 32);
  }
  if (end - transport < 8) return undefined;
  if (isIcmp(tuple[TUPLE.protocol]!)) {
    set16(tuple, TUPLE.sourcePort, get16(bytes, transport + 4));
    copyBytes(tuple, TUPLE.destinationPort, bytes, transport, 2);
  } else copyBytes(tuple, TUPLE.sourcePort, bytes, transport, 4);
  return connections.find(tuple, now);
}
