import { ADDRESSES } from "../../packet/checksum.ts";
import { PACKET_HOST, type Skb } from "../../packet/skb.ts";
import { get16, get32, set32 } from "../../packet/wire.ts";
import type { Interface } from "../interface.ts";
import type { World } from "../world.ts";
import { IP_OFFSET, IPV4_HEADER, IPV6_HEADER } from "./header.ts";
import { IcmpLimit } from "./icmp-limit.ts";
import type { IcmpSender } from "./icmp-sender.ts";
import {
  ICMPV6_INFORMATIONAL,
  ICMPV6_PARAMPROB,
  ICMPV6_PKT_TOOBIG,
  ICMPV6_UNK_OPTION,
  isIcmpError,
} from "./icmp-type.ts";
import type { IpStack } from "./ip-stack.ts";
import { isMulticast, isUnspecified } from "./ipv6-address.ts";
import { skipExtensions } from "./ipv6-extensions.ts";

const ICMP = 1;
const ICMPV6 = 58;
/** Length in bytes of the header of every ICMP error. */
const ICMP_HEADER = 8;
/** Bytes of IP packet that an ICMP error may fill (RFC 1812 section 4.3.2.3); for ICMPv6 the smallest MTU (RFC 4443 section 3). */
const LARGEST_ERROR = { 4: 576, 6: 1280 } as const;
/** IPTOS_TOS_MASK, and the precedence "internetwork control" of errors (RFC 1812 section 4.3.2.5). */
const TOS_MASK = 0x1e;
const INTERNETWORK_CONTROL = 0xc0;
/** Source of an error from a host that has no address (RFC 7600 section 4.8). */
const DUMMY_ADDRESS = Uint8Array.of(192, 0, 0, 8);
const NO_OPTIONS = {};

/** Makes ICMP errors, where the rules allow one (__icmp_send, icmp6_send; RFC 1122 section 3.2.2, RFC 4443 section 2.4). */
export class IcmpErrors {
  /** Errors sent. */
  sent = 0;
  /** Errors that a rate limit held back. */
  limited = 0;
  private readonly stack: IpStack;
  private readonly world: World;
  private readonly sender: IcmpSender;
  private readonly limit: IcmpLimit;

  constructor(stack: IpStack, world: World, sender: IcmpSender) {
    this.stack = stack;
    this.world = world;
    this.sender = sender;
    this.limit = new IcmpLimit(stack.peers, stack.host.name, world);
  }

  /**
   * Tells the sender of `skb`, whose data begins at its IP header, what became of it. The packet stays its owner's.
   * @param info the four bytes behind the checksum.
   */
  send(skb: Skb, family: 4 | 6, type: number, code: number, info: number): void {
    if (family === 4) this.sendV4(skb, type, code, info);
    else this.sendV6(skb, type, code, info);
  }

  private sendV4(skb: Skb, type: number, code: number, info: number): void {
    const { stack, world } = this;
    const { bytes } = world.store;
    const at = skb.data;
    if (skb.length < IPV4_HEADER || skb.pktType !== PACKET_HOST) return;
    const local = stack.routes.lookupLocal(4, bytes, at + 16);
    if (local?.type === "broadcast" || isGroupOrBroadcast(get32(bytes, at + 16))) return;
    if ((get16(bytes, at + 6) & IP_OFFSET) !== 0) return;
    if (bytes[at + 9] === ICMP) {
      const header = (bytes[at]! & 15) * 4;
      if (skb.length <= header || isIcmpError(bytes[at + header]!)) return;
    }
    const to = bytes.slice(at + 12, at + 16);
    const route = stack.route(4, to, 0);
    if (route === undefined) return;
    const { device } = route;
    const fromLoopback = skb.ifindex === stack.host.loopback.device.index;
    if (!this.limit.allows(4, type, code, to, 0, fromLoopback, device === stack.host.loopback.device)) {
      this.limited++;
      return;
    }
    const source = local !== undefined ? bytes.slice(at + 16, at + 20) : stack.sourceTowards(4, to, 0, route);
    const room = Math.min(stack.pathMtu(4, to, 0, route), LARGEST_ERROR[4]) - IPV4_HEADER - ICMP_HEADER;
    if (room <= IPV4_HEADER) return;
    const tos = (bytes[at + 1]! & TOS_MASK) | INTERNETWORK_CONTROL;
    const error = this.begin(skb, 4, type, code, info, room);
    this.sent++;
    this.sender.finish(error, 4, source ?? DUMMY_ADDRESS, to, { tos, fragmentable: true }, route);
  }

  private sendV6(skb: Skb, type: number, code: number, info: number): void {
    const { stack, world } = this;
    const { bytes } = world.store;
    const at = skb.data;
    if (skb.length < IPV6_HEADER) return;
    const { source: from, destination } = ADDRESSES[6];
    if (isMulticast(bytes, at + destination) || skb.pktType !== PACKET_HOST) {
      const unknownOption = type === ICMPV6_PARAMPROB && code === ICMPV6_UNK_OPTION;
      // Only an option that asks for it by its two highest bits (RFC 8200 section 4.2).
      if (type !== ICMPV6_PKT_TOOBIG && !(unknownOption && (bytes[at + info]! & 0xc0) === 0x80)) return;
    }
    if (isUnspecified(bytes, at + from) || isMulticast(bytes, at + from) || this.isAboutError(skb)) return;
    const to = bytes.slice(at + from, at + from + 16);
    const arrival = stack.host.byIndex(skb.ifindex);
    const route = stack.route(6, to, 0, stack.needsDevice(6, to, 0) ? arrival : undefined);
    if (route === undefined) return;
    const loopback = stack.host.loopback.device;
    if (!this.limit.allows(6, type, code, to, 0, arrival === loopback, route.device === loopback)) {
      this.limited++;
      return;
    }
    const source = this.sourceV6(skb, to, arrival, route.device);
    const error = this.begin(skb, 6, type, code, info, LARGEST_ERROR[6] - IPV6_HEADER - ICMP_HEADER);
    this.sent++;
    this.sender.finish(error, 6, source, to, NO_OPTIONS, route);
  }

  /** The address the packet was for where it is this host's, else one of the interface it came in by. */
  private sourceV6(skb: Skb, to: Uint8Array, arrival: Interface | undefined, out: Interface): Uint8Array {
    const { bytes } = this.world.store;
    const at = skb.data + ADDRESSES[6].destination;
    if (skb.pktType === PACKET_HOST && this.stack.isLocal(6, bytes, at)) return bytes.slice(at, at + 16);
    return this.stack.sourceFrom(6, arrival ?? out, to, 0) ?? new Uint8Array(16);
  }

  /** is_ineligible: true for an ICMPv6 error, and for a packet too short to tell. */
  private isAboutError(skb: Skb): boolean {
    const { bytes } = this.world.store;
    const end = skb.data + skb.length;
    const found = skipExtensions(bytes, skb.data, end);
    if (found === undefined || found.protocol !== ICMPV6) return false;
    if (found.at >= end) return !found.isFragment;
    return (bytes[found.at]! & ICMPV6_INFORMATIONAL) === 0;
  }

  /** An error with everything but its IP header and checksum: as much of `skb` is quoted as fits in `room` bytes. */
  private begin(skb: Skb, family: 4 | 6, type: number, code: number, info: number, room: number): Skb {
    const quoted = Math.min(skb.length, room);
    const error = this.sender.begin(family, ICMP_HEADER + quoted);
    const { bytes } = this.world.store;
    const message = error.transportHeader;
    bytes[message] = type;
    bytes[message + 1] = code;
    set32(bytes, message + 4, info);
    bytes.copyWithin(message + ICMP_HEADER, skb.data, skb.data + quoted);
    return error;
  }
}

/** 224.0.0.0/4 and 255.255.255.255. */
function isGroupOrBroadcast(address: number): boolean {
  return address >>> 28 === 14 || address === 0xffff_ffff;
}
