import { transportChecksum } from "../../packet/checksum.ts";
import { GSO } from "../../packet/gso-type.ts";
import { leaveChecksum, needsNoCheck } from "../../packet/partial-checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import { get16, get32, set16 } from "../../packet/wire.ts";
import type { EventHandler } from "../../simulation/event-queue.ts";
import { ETH_P_IP, ETH_P_IPV6, ETHERNET_HEADER } from "../ethernet-frame.ts";
import type { Interface } from "../interface.ts";
import { IP_DF, IPV4_HEADER, IPV6_HEADER, writeChecksum } from "../ip/header.ts";
import { CWR, FIN, PSH, RST, SYN, URG } from "../tcp/flags.ts";
import type { World } from "../world.ts";

/** MAX_GRO_SKBS */
const MOST_HELD = 8;
/** GRO_LEGACY_MAX_SIZE */
const MOST_BYTES = 65_536;
const TCP = 6;
const TCP_HEADER = 20;
const CHECKSUM = 16;
const FRAGMENT = 0x3fff;
/** Flags of a segment behind which nothing is waited for. */
const ENDS = URG | PSH | RST | SYN | FIN;

/** A packet that waits for more of its flow, and what of it is compared with what comes. */
interface Held {
  skb: Skb;
  /** Segments in it. */
  count: number;
  /** Bytes of payload of a full one. */
  size: number;
  /** All of them have one identification. */
  fixedId: boolean;
}

/** What of a frame matters; one object is read into again and again. */
class Candidate {
  family: 4 | 6 = 4;
  /** Addresses of the IP header, the TCP header and the payload. */
  ip = 0;
  tcp = 0;
  payload = 0;
  length = 0;

  /**
   * False for what is never put together: no TCP, options of IP, fragments, padding, a wrong checksum.
   * @param isTrusted its checksum is not looked at.
   */
  read(bytes: Uint8Array, skb: Skb, isTrusted = false): boolean {
    const { data, length } = skb;
    if (length < ETHERNET_HEADER + IPV4_HEADER + TCP_HEADER) return false;
    const type = get16(bytes, data + 12);
    this.ip = data + ETHERNET_HEADER;
    const end = data + length;
    if (type === ETH_P_IP) {
      this.family = 4;
      if (bytes[this.ip] !== 0x45 || bytes[this.ip + 9] !== TCP) return false;
      if (get16(bytes, this.ip + 2) !== end - this.ip || (get16(bytes, this.ip + 6) & FRAGMENT) !== 0) return false;
      this.tcp = this.ip + IPV4_HEADER;
    } else if (type === ETH_P_IPV6) {
      this.family = 6;
      if (bytes[this.ip + 6] !== TCP || get16(bytes, this.ip + 4) !== end - this.ip - IPV6_HEADER) return false;
      this.tcp = this.ip + IPV6_HEADER;
    } else return false;
    if (this.tcp + TCP_HEADER > end) return false;
    this.payload = this.tcp + (bytes[this.tcp + 12]! >> 4) * 4;
    this.length = end - this.payload;
    if (this.payload < this.tcp + TCP_HEADER || this.length < 0) return false;
    if (isTrusted || needsNoCheck(skb) || skb.checksumLevel > 0) return true;
    return transportChecksum(bytes, this.family, this.ip, TCP, this.tcp, end - this.tcp) === 0;
  }
}

/**
 * Puts segments of one TCP connection that come in at one time together to one packet (net/core/gro.c, tcp_gro_receive). What waits is
 * handed on at the end of that time, the end of a poll.
 */
export class Merger implements EventHandler {
  /** Oldest first. */
  private readonly waiting: Held[] = [];
  /** Something has come in since the end of the poll was looked for, which is looked for. */
  private hasMore = false;
  private isScheduled = false;
  private readonly device: Interface;
  private readonly world: World;
  private readonly one = new Candidate();
  private readonly other = new Candidate();

  constructor(device: Interface, world: World) {
    this.device = device;
    this.world = world;
  }

  /** Packets that it holds. */
  get held(): number {
    return this.waiting.length;
  }

  /** Takes a frame whose data begins at its MAC header. */
  receive(skb: Skb): void {
    const { one, world, waiting, device } = this;
    const { bytes } = world.store;
    this.hasMore = true;
    if (!one.read(bytes, skb) || (skb.segmentType & GSO.dodgy) !== 0) {
      device.hand(skb);
      return;
    }
    const segments = skb.segmentSize === 0 ? 1 : skb.segments;
    const flags = bytes[one.tcp + 13]!;
    const index = waiting.findIndex((held) => this.isSameFlow(held.skb, skb));
    const held = waiting[index];
    const merged = held !== undefined && this.merge(held, skb, segments, flags);
    const full = merged ? held.size : 1;
    const ends =
      (flags & ENDS) !== 0 ||
      (segments > 1 && skb.segmentSize !== 0 ? one.length !== segments * skb.segmentSize : one.length < full);
    if (held !== undefined && (!merged || ends)) {
      waiting.splice(index, 1);
      this.complete(held);
    }
    if (merged) world.ledger.deliver(skb, device.label, "receive offload");
    else if (ends) device.hand(skb);
    else this.hold({ skb, count: segments, size: skb.segmentSize || one.length, fixedId: false });
  }

  /** The poll is over, where nothing has come in any more; run by the simulation. */
  run(): void {
    const { waiting, world } = this;
    if (this.hasMore) {
      this.hasMore = false;
      world.simulation.after(0, this);
      return;
    }
    this.isScheduled = false;
    for (let held = waiting.shift(); held !== undefined; held = waiting.shift()) this.complete(held);
  }

  private hold(held: Held): void {
    const { waiting, world } = this;
    if (!this.isScheduled) world.simulation.after(0, this);
    this.isScheduled = true;
    if (waiting.length >= MOST_HELD) this.complete(waiting.shift()!);
    waiting.push(held);
  }

  private isSameFlow(before: Skb, skb: Skb): boolean {
    const { one, other, world } = this;
    const { bytes } = world.store;
    other.read(bytes, before, true);
    if (before.vlanPresent !== skb.vlanPresent || before.vlanTci !== skb.vlanTci) return false;
    for (let i = 0; i < ETHERNET_HEADER; i++) if (bytes[before.data + i] !== bytes[skb.data + i]) return false;
    if (get32(bytes, one.tcp) !== get32(bytes, other.tcp)) return false;
    const from = one.family === 4 ? 12 : 8;
    const to = one.family === 4 ? 20 : 40;
    for (let i = from; i < to; i++) if (bytes[one.ip + i] !== bytes[other.ip + i]) return false;
    // The flow label of IPv6 is a part of its flow (ipv6_gro_receive).
    return one.family === 4 || ((get32(bytes, one.ip) ^ get32(bytes, other.ip)) & 0xf00f_ffff) === 0;
  }

  /** Appends it to a packet of its flow, which `other` has read; false where it does not follow that one, or differs from it. */
  private merge(held: Held, skb: Skb, segments: number, flags: number): boolean {
    const { one, other, world } = this;
    const { store, pool } = world;
    const { bytes } = store;
    const before = held.skb;
    const header = one.payload - one.tcp;
    const differs = (bytes[other.tcp + 13]! ^ flags) & ~(CWR | FIN | PSH);
    if (differs !== 0 || (flags & CWR) !== 0 || header !== other.payload - other.tcp) return false;
    if (get16(bytes, one.tcp + 14) !== get16(bytes, other.tcp + 14)) return false;
    if (get32(bytes, one.tcp + 8) !== get32(bytes, other.tcp + 8)) return false;
    for (let i = TCP_HEADER; i < header; i++) if (bytes[one.tcp + i] !== bytes[other.tcp + i]) return false;
    if (!this.continuesNetwork(held)) return false;
    if (segments > 1 ? skb.segmentSize !== held.size : one.length === 0 || one.length > held.size) return false;
    if (get32(bytes, one.tcp + 4) !== (get32(bytes, other.tcp + 4) + other.length) >>> 0) return false;
    if (before.length + one.length >= MOST_BYTES) return false;
    bytes[other.tcp + 13]! |= flags & (FIN | PSH);
    pool.reserve(before, 0, one.length);
    store.bytes.copyWithin(before.data + before.length, one.payload, one.payload + one.length);
    before.length += one.length;
    before.originalLength += one.length;
    before.dataLength += one.length;
    held.count += segments;
    // The next one is compared with these.
    const ip = before.data + ETHERNET_HEADER;
    if (one.family === 4) set16(store.bytes, ip + 2, before.length - ETHERNET_HEADER);
    else set16(store.bytes, ip + 4, before.length - ETHERNET_HEADER - IPV6_HEADER);
    return true;
  }

  /** inet_gro_flush, ipv6_gro_flush. */
  private continuesNetwork(held: Held): boolean {
    const { one, other, world } = this;
    const { bytes } = world.store;
    if (one.family === 6)
      return (
        ((get32(bytes, one.ip) ^ get32(bytes, other.ip)) & 0x0ff0_0000) === 0 &&
        bytes[one.ip + 7] === bytes[other.ip + 7]
      );
    if (bytes[one.ip + 8] !== bytes[other.ip + 8] || bytes[one.ip + 1] !== bytes[other.ip + 1]) return false;
    const fragment = get16(bytes, one.ip + 6) & IP_DF;
    if (fragment !== (get16(bytes, other.ip + 6) & IP_DF)) return false;
    const step = (get16(bytes, one.ip + 4) - get16(bytes, other.ip + 4)) & 0xffff;
    if (held.count === 1 && fragment !== 0 && step === 0) held.fixedId = true;
    return step === (held.fixedId ? 0 : held.count & 0xffff);
  }

  /** Hands it on, as one packet of many segments where it is more than one (napi_gro_complete, tcp_gro_complete). */
  private complete(held: Held): void {
    const { skb, count, size, fixedId } = held;
    const { world, device } = this;
    const { bytes } = world.store;
    if (count > 1) {
      const family = get16(bytes, skb.data + 12) === ETH_P_IP ? 4 : 6;
      const header = family === 4 ? IPV4_HEADER : IPV6_HEADER;
      const ip = skb.data + ETHERNET_HEADER;
      if (family === 4) writeChecksum(bytes, ip, header);
      skb.segmentSize = size;
      skb.segments = count;
      skb.segmentType |= family === 4 ? GSO.tcpv4 | (fixedId ? GSO.tcpFixedId : 0) : GSO.tcpv6;
      if ((bytes[ip + header + 13]! & CWR) !== 0) skb.segmentType |= GSO.tcpEcn;
      skb.transportHeader = ip + header;
      skb.data = ip;
      skb.length -= ETHERNET_HEADER;
      leaveChecksum(bytes, skb, family, TCP, CHECKSUM);
      skb.data -= ETHERNET_HEADER;
      skb.length += ETHERNET_HEADER;
    }
    device.hand(skb);
  }
}
