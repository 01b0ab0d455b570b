import { copyBytes, get16, sameBytes, set16 } from "../../../packet/wire.ts";
import type { Nat } from "../datapath/action.ts";
import type { PacketState } from "../datapath/packet-state.ts";
import { replace16 } from "../flow/checksum-update.ts";
import { AT } from "../flow/layout.ts";
import { rewriteIpv4, rewriteIpv6 } from "../flow/rewrite-network.ts";
import { rewritePorts } from "../flow/rewrite-transport.ts";
import { type Connection, TUPLE, TUPLE_SIZE } from "./connection.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { hashTuple, invertTuple, isIcmp, PROTOCOL } from "./tuple.ts";

/** Ports that are given out where a flow names none (nf_nat_l4proto_unique_tuple): those of the same class as the packet's own. */
const PRIVILEGED = [1, 511] as const;
const SEMI_PRIVILEGED = [600, 1023] as const;
const OTHER = [1024, 65_535] as const;

/**
 * Chooses what a new connection's addresses and ports become, so that its answers are nobody else's (nf_nat_setup_info). The
 * packet's own port stays where it may; else the first free one from a place that a hash of the connection says. False: none is
 * free.
 */
export function chooseTranslation(
  connection: Connection,
  nat: Nat,
  connections: ConnectionTable,
  now: number,
): boolean {
  const isSource = nat.direction === "src";
  /** What the packet is to look like from now on. */
  const wanted = new Uint8Array(TUPLE_SIZE);
  invertTuple(connection.reply, wanted);
  const hash = hashTuple(connection.original) >>> 0;
  const address = isSource ? TUPLE.source : TUPLE.destination;
  if (nat.addresses !== undefined) chooseAddress(wanted, address, nat.addresses, hash);
  if (!choosePort(wanted, isSource, nat, hash, connections, now)) return false;
  invertTuple(wanted, connection.reply);
  if (isSource)
    connection.isSourceTranslated =
      !sameBytes(wanted, TUPLE.source, connection.original, TUPLE.source, 16) ||
      !samePort(wanted, connection, TUPLE.sourcePort);
  else
    connection.isDestinationTranslated =
      !sameBytes(wanted, TUPLE.destination, connection.original, TUPLE.destination, 16) ||
      !samePort(wanted, connection, TUPLE.destinationPort);
  return true;
}

function samePort(wanted: Uint8Array, { original }: Connection, at: number): boolean {
  return get16(wanted, at) === get16(original, at);
}

/** One of a range, by the hash. */
function chooseAddress(
  wanted: Uint8Array,
  at: number,
  [first, last]: readonly [Uint8Array, Uint8Array],
  hash: number,
): void {
  const size = first.length;
  const low = number(first);
  const count = number(last) - low + 1n;
  let chosen = low + (BigInt(hash) % count);
  wanted.fill(0, at, at + 16);
  for (let i = size - 1; i >= 0; i--) {
    wanted[at + i] = Number(chosen & 0xffn);
    chosen >>= 8n;
  }
}

function choosePort(
  wanted: Uint8Array,
  isSource: boolean,
  nat: Nat,
  hash: number,
  connections: ConnectionTable,
  now: number,
): boolean {
  const protocol = wanted[TUPLE.protocol]!;
  const at = isSource || isIcmp(protocol) ? TUPLE.sourcePort : TUPLE.destinationPort;
  const own = get16(wanted, at);
  const [first, last] = nat.ports ?? usualPorts(own, protocol);
  const isAllowed = nat.ports === undefined || (own >= first && own <= last);
  if (isAllowed && isFree(wanted, connections, now)) return true;
  // A destination's port means something to whoever is there.
  if (!isSource && nat.ports === undefined) return true;
  const count = last - first + 1;
  const offset = nat.choice === undefined && nat.ports !== undefined ? 0 : hash % count;
  for (let i = 0; i < count; i++) {
    set16(wanted, at, first + ((offset + i) % count));
    if (isFree(wanted, connections, now)) return true;
  }
  return false;
}

function usualPorts(own: number, protocol: number): readonly [number, number] {
  if (isIcmp(protocol)) return [0, 65_535];
  return own < 512 ? PRIVILEGED : own < 1024 ? SEMI_PRIVILEGED : OTHER;
}

const answer = new Uint8Array(TUPLE_SIZE);

function isFree(wanted: Uint8Array, connections: ConnectionTable, now: number): boolean {
  invertTuple(wanted, answer);
  return connections.find(answer, now) === undefined;
}

/** Makes a packet of the connection look as its other side knows it, in its bytes and in its key (nf_nat_packet, ovs_nat_update_key). */
export function translate(state: PacketState, connection: Connection, bytes: Uint8Array): void {
  const { key, isReply } = state;
  if (connection.master !== undefined) return;
  if (!connection.isSourceTranslated && !connection.isDestinationTranslated) return;
  invertTuple(isReply ? connection.original : connection.reply, target);
  const skb = state.skb!;
  const protocol = target[TUPLE.protocol]!;
  if (target[TUPLE.family] === 4) {
    copyBytes(key, AT.nwSrc, target, TUPLE.source, 4);
    copyBytes(key, AT.nwDst, target, TUPLE.destination, 4);
    rewriteIpv4(bytes, skb, key);
  } else {
    copyBytes(key, AT.ipv6Src, target, TUPLE.source, 32);
    rewriteIpv6(bytes, skb, key);
  }
  if (isIcmp(protocol)) {
    replace16(bytes, skb.transportHeader + 4, get16(target, TUPLE.sourcePort), skb.transportHeader + 2);
    return;
  }
  if (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp) return;
  copyBytes(key, AT.tpSrc, target, TUPLE.sourcePort, 4);
  rewritePorts(bytes, skb, key, protocol === PROTOCOL.tcp ? "tcp" : "udp");
}

const target = new Uint8Array(TUPLE_SIZE);

function number(address: Uint8Array): bigint {
  return address.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
