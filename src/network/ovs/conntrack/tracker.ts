import { copyBytes, get16, set16, set32 } from "../../../packet/wire.ts";
import type { World } from "../../world.ts";
import type { ConntrackAction } from "../datapath/action.ts";
import type { PacketState } from "../datapath/packet-state.ts";
import { AT, CT_STATE, FRAGMENT } from "../flow/layout.ts";
import { type Connection, TUPLE, TUPLE_SIZE } from "./connection.ts";
import { ConnectionTable } from "./connection-table.ts";
import { quotedConnection } from "./icmp-error.ts";
import { chooseTranslation, translate } from "./nat.ts";
import { IGNORED, INVALID, isReset, nextTcpState, tcpStateNamed, tcpTimeout } from "./tcp-states.ts";
import { invertTuple, isIcmp, mayBegin, PROTOCOL, readTuple } from "./tuple.ts";

const SECONDS = 1e9;
/** nf_conntrack_udp_timeout, _udp_timeout_stream, _icmp_timeout and _generic_timeout. */
const TIMEOUTS = { udp: 30 * SECONDS, udpStream: 120 * SECONDS, icmp: 30 * SECONDS, generic: 600 * SECONDS } as const;
const NAT = CT_STATE.snat | CT_STATE.dnat;

/**
 * Connection tracking of a datapath (net/openvswitch/conntrack.c over nf_conntrack). Fragments are not put together for it: they
 * are invalid. Helpers of application protocols are not run.
 */
export class Tracker {
  readonly connections = new ConnectionTable();
  private readonly world: World;
  private readonly tuple = new Uint8Array(TUPLE_SIZE);

  constructor(world: World) {
    this.world = world;
  }

  /** Executes a ct action, which fills the ct fields of the key; false: the packet is to be dropped (ovs_ct_execute). */
  execute(state: PacketState, action: ConntrackAction): boolean {
    const connection = this.lookup(state, action);
    const translated = state.key[AT.ctState + 3]! & NAT;
    let flags = 0;
    if (action.nat !== undefined && connection !== undefined) {
      if (!this.translate(state, connection, action)) return false;
      flags = translated;
    }
    if (action.isCommit && connection !== undefined) this.commit(state, connection, action);
    this.fill(state, action.zone, flags);
    return true;
  }

  /** Forgets what the packet belongs to (ovs_ct_clear). */
  clear(state: PacketState): void {
    state.connection = undefined;
    state.isReply = false;
    const { key } = state;
    key.fill(0, AT.ctState, AT.ctLabel + 16);
    this.fillTuple(state);
  }

  /** Fills the tuple of the packet's connection into a key that has just been read. */
  fillTuple({ key, connection }: PacketState): void {
    key.fill(0, AT.ctNwSrc, AT.ctNwSrc + 8);
    key.fill(0, AT.ctIpv6Src, AT.ctIpv6Src + 32);
    set32(key, AT.ctTpSrc, 0);
    key[AT.ctNwProto] = 0;
    if (connection === undefined) return;
    const { original } = connection.master ?? connection;
    key[AT.ctNwProto] = original[TUPLE.protocol]!;
    copyBytes(key, AT.ctTpSrc, original, TUPLE.sourcePort, 4);
    if (original[TUPLE.family] === 4) {
      copyBytes(key, AT.ctNwSrc, original, TUPLE.source, 4);
      copyBytes(key, AT.ctNwDst, original, TUPLE.destination, 4);
    } else copyBytes(key, AT.ctIpv6Src, original, TUPLE.source, 32);
  }

  /** Finds or begins the packet's connection in the zone; undefined: the packet is invalid (nf_conntrack_in). */
  private lookup(state: PacketState, action: ConntrackAction): Connection | undefined {
    const { now } = this.world.simulation;
    const { tuple } = this;
    const before = state.connection;
    if (before !== undefined && get16(before.original, TUPLE.zone) === action.zone) {
      if (!action.isForced || !state.isReply) return before;
      this.connections.remove(before);
    }
    state.connection = undefined;
    state.isReply = false;
    if (state.key[AT.nwFrag] !== 0 && (state.key[AT.nwFrag]! & FRAGMENT.any) !== 0) return undefined;
    if (!readTuple(state.key, action.zone, this.identifier(state), tuple)) return undefined;
    const related = isIcmp(tuple[TUPLE.protocol]!) ? this.relatedTo(state, action.zone) : undefined;
    if (related !== undefined) return related;
    let found = this.connections.find(tuple, now);
    let isReply = found !== undefined && this.connections.isReply;
    if (found !== undefined && action.isForced && isReply) {
      this.connections.remove(found);
      found = undefined;
    }
    if (found !== undefined && this.isReopened(found, state, isReply)) {
      this.connections.remove(found);
      found = undefined;
    }
    if (found === undefined) isReply = false;
    const connection = found ?? this.begin(tuple);
    if (connection === undefined || !this.follow(connection, state, isReply, now)) return undefined;
    state.connection = connection;
    state.isReply = isReply;
    connection.packets++;
    connection.bytes += state.skb!.length;
    return connection;
  }

  /** The connection that an ICMP error is about, which the error is related to. */
  private relatedTo(state: PacketState, zone: number): Connection | undefined {
    const found = quotedConnection(state, zone, this.world.store.bytes, this.connections, this.world.simulation.now);
    if (found === undefined) return undefined;
    const { tuple } = this;
    const reply = new Uint8Array(TUPLE_SIZE);
    invertTuple(tuple, reply);
    state.isReply = !this.connections.isReply;
    state.connection = {
      ...blankConnection(tuple.slice(), reply),
      mark: found.mark,
      label: found.label,
      master: found,
      isCommitted: true,
    };
    return state.connection;
  }

  private begin(tuple: Uint8Array): Connection | undefined {
    const reply = new Uint8Array(TUPLE_SIZE);
    if (!mayBegin(tuple) || !invertTuple(tuple, reply)) return undefined;
    return blankConnection(tuple.slice(), reply);
  }

  /** A SYN for a connection that is as good as gone begins a new one. */
  private isReopened({ tcpState, original }: Connection, state: PacketState, isReply: boolean): boolean {
    if (original[TUPLE.protocol] !== PROTOCOL.tcp) return false;
    const next = nextTcpState(tcpState, state.key[AT.tcpFlags + 1]!, isReply);
    return next === SYN_SENT && tcpState !== SYN_SENT && tcpState !== 0;
  }

  /** What the packet does to the connection; false: it does not belong to it. */
  private follow(connection: Connection, state: PacketState, isReply: boolean, now: number): boolean {
    const protocol = connection.original[TUPLE.protocol]!;
    if (protocol === PROTOCOL.tcp) {
      const flags = state.key[AT.tcpFlags + 1]!;
      const next = nextTcpState(connection.tcpState, flags, isReply);
      if (next === INVALID) return false;
      if (next !== IGNORED) {
        // An answer that is nothing but a refusal ends the connection at once.
        if (isReset(flags) && isReply && !connection.hasReply) this.connections.remove(connection);
        connection.tcpState = next;
        connection.expires = now + tcpTimeout(next);
      }
    } else {
      const isStream = connection.hasReply || isReply;
      const timeout =
        protocol === PROTOCOL.udp
          ? isStream
            ? TIMEOUTS.udpStream
            : TIMEOUTS.udp
          : isIcmp(protocol)
            ? TIMEOUTS.icmp
            : TIMEOUTS.generic;
      connection.expires = now + timeout;
    }
    if (isReply) connection.hasReply = true;
    return true;
  }

  private translate(state: PacketState, connection: Connection, action: ConntrackAction): boolean {
    const nat = action.nat!;
    if (!connection.isCommitted && nat.direction !== undefined) {
      if (!action.isCommit) return true;
      if (!chooseTranslation(connection, nat, this.connections, this.world.simulation.now)) return false;
    }
    translate(state, connection, this.world.store.bytes);
    return true;
  }

  private commit(state: PacketState, connection: Connection, action: ConntrackAction): void {
    if (!connection.isCommitted) this.connections.add(connection);
    const { mark, label } = action;
    const holder = connection.master ?? connection;
    if (mark !== undefined) {
      holder.mark = ((holder.mark & ~mark.mask) | (mark.value & mark.mask)) >>> 0;
      connection.mark = holder.mark;
    }
    if (label !== undefined)
      for (let i = 0; i < 16; i++)
        holder.label[i] = (holder.label[i]! & ~label.mask[i]!) | (label.value[i]! & label.mask[i]!);
    state.connection = connection;
  }

  /** ovs_ct_update_key */
  private fill(state: PacketState, zone: number, kept: number): void {
    const { key, connection, isReply } = state;
    set32(
      key,
      AT.ctState,
      connection === undefined ? CT_STATE.trk | CT_STATE.inv : stateOf(connection, isReply) | kept,
    );
    set16(key, AT.ctZone, zone);
    set32(key, AT.ctMark, connection?.mark ?? 0);
    if (connection === undefined) key.fill(0, AT.ctLabel, AT.ctLabel + 16);
    else key.set(connection.label, AT.ctLabel);
    this.fillTuple(state);
  }

  /** Of an ICMP message that asks or answers. */
  private identifier({ skb, key }: PacketState): number {
    if (!isIcmp(key[AT.nwProto]!)) return 0;
    const at = skb!.transportHeader + 4;
    return at + 2 <= skb!.data + skb!.length ? get16(this.world.store.bytes, at) : 0;
  }
}

const SYN_SENT = tcpStateNamed("syn-sent");

function blankConnection(original: Uint8Array, reply: Uint8Array): Connection {
  return {
    original,
    reply,
    mark: 0,
    label: new Uint8Array(16),
    isCommitted: false,
    isGone: false,
    hasReply: false,
    tcpState: 0,
    master: undefined,
    isSourceTranslated: false,
    isDestinationTranslated: false,
    expires: 0,
    packets: 0,
    bytes: 0,
  };
}

/** ct_state of a packet of the connection (ovs_ct_get_state). */
function stateOf(connection: Connection, isReply: boolean): number {
  let state: number = CT_STATE.trk;
  if (isReply) state |= CT_STATE.rpl;
  if (connection.master !== undefined) state |= CT_STATE.rel;
  else if (!connection.isCommitted || !connection.hasReply) state |= CT_STATE.new;
  else state |= CT_STATE.est;
  if (connection.isSourceTranslated) state |= CT_STATE.snat;
  if (connection.isDestinationTranslated) state |= CT_STATE.dnat;
  return state;
}
