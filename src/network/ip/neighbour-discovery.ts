import { transportChecksum } from "../../packet/checksum.ts";
import type { DropReason } from "../../packet/drop-reason.ts";
import type { Skb } from "../../packet/skb.ts";
import { copyBytes, set16, set32 } from "../../packet/wire.ts";
import type { Interface } from "../interface.ts";
import type { World } from "../world.ts";
import { IPV6_HEADER } from "./header.ts";
import {
  NDISC_NEIGHBOUR_ADVERTISEMENT,
  NDISC_NEIGHBOUR_SOLICITATION,
  NDISC_REDIRECT,
  NDISC_ROUTER_SOLICITATION,
} from "./icmp-type.ts";
import type { IpStack } from "./ip-stack.ts";
import { isLinkLocal, isMulticast, isUnspecified, solicitedNode } from "./ipv6-address.ts";
import { PacketMaker } from "./packet-maker.ts";

const ICMPV6 = 58;
const ETH_P_IPV6 = 0x86dd;
/** What every message arrives with that no router has forwarded (RFC 4861 section 7.1). */
const HOP_LIMIT = 255;
/** Length in bytes of a solicitation or advertisement without options, and where its parts stand. */
const MESSAGE = 24;
const FLAGS = 4;
const TARGET = 8;
const OPTION_LENGTH = 8;
const SOURCE_LINK_ADDRESS = 1;
const TARGET_LINK_ADDRESS = 2;
/** Flags of an advertisement. */
const ROUTER = 0x8000_0000;
const SOLICITED = 0x4000_0000;
const OVERRIDE = 0x2000_0000;

const ALL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/**
 * IPv6 neighbour discovery of a host (net/ipv6/ndisc.c, RFC 4861): asks, answers for the interface's addresses, and
 * learns. Addresses are not probed for duplicates, routers neither solicited nor advertised, and redirects neither
 * sent nor followed. Answers for anycast addresses are not delayed.
 */
export class NeighbourDiscovery {
  private readonly stack: IpStack;
  private readonly world: World;
  private readonly maker: PacketMaker;

  constructor(stack: IpStack, world: World) {
    this.stack = stack;
    this.world = world;
    this.maker = new PacketMaker(stack, world);
  }

  /** True for the ICMPv6 message types of RFC 4861. */
  isDiscovery(skb: Skb): boolean {
    if (skb.transportHeader >= skb.data + skb.length) return false;
    const type = this.world.store.bytes[skb.transportHeader]!;
    return type >= NDISC_ROUTER_SOLICITATION && type <= NDISC_REDIRECT;
  }

  /** Asks for the MAC of `address`, which is 16 bytes as is `source`. */
  solicit(device: Interface, source: Uint8Array, address: Uint8Array): void {
    const options = { optionType: SOURCE_LINK_ADDRESS, flags: 0 };
    this.send(device, NDISC_NEIGHBOUR_SOLICITATION, source, solicitedNode(address), address, options);
  }

  /** Takes a message whose checksum was not looked at; the packet's data begins at its IP header (ndisc_rcv). */
  receive(device: Interface, skb: Skb): void {
    const reason = this.process(device, skb);
    if (reason === undefined) this.world.ledger.deliver(skb, device.label, "neighbour discovery");
    else this.world.ledger.drop(skb, device.label, reason);
  }

  private process(device: Interface, skb: Skb): DropReason | undefined {
    if (!this.stack.icmp.isSound(skb, 6)) return "ICMP_CSUM";
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    // RFC 6980: a message in fragments is not to be trusted.
    if (this.stack.v6.wasFragmented) return "IPV6_NDISC_FRAG";
    if (bytes[skb.data + 7] !== HOP_LIMIT) return "IPV6_NDISC_HOP_LIMIT";
    if (bytes[at + 1] !== 0) return "IPV6_NDISC_BAD_CODE";
    switch (bytes[at]) {
      case NDISC_NEIGHBOUR_SOLICITATION:
        return this.receiveSolicitation(device, skb);
      case NDISC_NEIGHBOUR_ADVERTISEMENT:
        return this.receiveAdvertisement(device, skb);
      default:
        return undefined;
    }
  }

  /** ndisc_recv_ns. */
  private receiveSolicitation(device: Interface, skb: Skb): DropReason | undefined {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const source = skb.data + 8;
    const destination = skb.data + 24;
    if (skb.data + skb.length - at < MESSAGE) return "PKT_TOO_SMALL";
    const target = at + TARGET;
    if (isMulticast(bytes, target)) return "NDISC_MALFORMED";
    const probe = isUnspecified(bytes, source);
    if (probe && !isSolicitedNodeGroup(bytes, destination)) return "NDISC_MALFORMED";
    const mac = linkAddress(bytes, at + MESSAGE, skb.data + skb.length, SOURCE_LINK_ADDRESS);
    if (mac === BAD) return "IPV6_NDISC_BAD_OPTIONS";
    if (probe && mac !== NONE) return "NDISC_MALFORMED";
    if (!this.stack.deviceHasIpv6(device, bytes, target)) {
      if (!this.stack.isAnycast(6, bytes, target)) return "IPV6_NDISC_NS_OTHERHOST";
      this.answer(device, skb, mac, false);
      return undefined;
    }
    this.answer(device, skb, mac, true);
    return undefined;
  }

  /** @param own the target is an address of this interface alone, not one that several routers share. */
  private answer(device: Interface, skb: Skb, mac: number, own: boolean): void {
    const { bytes } = this.world.store;
    const source = skb.data + 8;
    const group = isMulticast(bytes, skb.data + 24);
    const target = bytes.slice(skb.transportHeader + TARGET, skb.transportHeader + TARGET + 16);
    const router = this.stack.forwarding ? ROUTER : 0;
    if (isUnspecified(bytes, source)) {
      const flags = router | (own ? OVERRIDE : 0);
      this.advertise(device, ALL_NODES, target, flags, true);
      return;
    }
    const { neighbours } = this.stack;
    if (mac !== NONE) neighbours.learn(device, 6, bytes, source, mac, { create: true, override: true });
    else if (group && !neighbours.has(device, 6, bytes, source)) return;
    const to = bytes.slice(source, source + 16);
    this.advertise(device, to, target, router | SOLICITED | (own && group ? OVERRIDE : 0), group);
  }

  /** ndisc_recv_na. */
  private receiveAdvertisement(device: Interface, skb: Skb): DropReason | undefined {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    if (skb.data + skb.length - at < MESSAGE) return "PKT_TOO_SMALL";
    const target = at + TARGET;
    if (isMulticast(bytes, target)) return "NDISC_MALFORMED";
    const flags = bytes[at + FLAGS]!;
    if (isMulticast(bytes, skb.data + 24) && (flags & (SOLICITED >>> 24)) !== 0) return "NDISC_MALFORMED";
    const mac = linkAddress(bytes, at + MESSAGE, skb.data + skb.length, TARGET_LINK_ADDRESS);
    if (mac === BAD) return "IPV6_NDISC_BAD_OPTIONS";
    if (mac === NONE) return undefined;
    const override = (flags & (OVERRIDE >>> 24)) !== 0;
    this.stack.neighbours.learn(device, 6, bytes, target, mac, { create: false, override });
    return undefined;
  }

  /** Says that `target` is here (ndisc_send_na). */
  private advertise(device: Interface, to: Uint8Array, target: Uint8Array, flags: number, withMac: boolean): void {
    const anycast = this.stack.isAnycast(6, target, 0);
    const source = anycast ? (this.stack.sourceFrom(6, device, to, 0) ?? target) : target;
    const options = { ...(withMac && { optionType: TARGET_LINK_ADDRESS }), flags };
    this.send(device, NDISC_NEIGHBOUR_ADVERTISEMENT, source, to, target, options);
  }

  private send(
    device: Interface,
    type: number,
    source: Uint8Array,
    destination: Uint8Array,
    target: Uint8Array,
    { optionType, flags }: { optionType?: number; flags: number },
  ): void {
    const length = MESSAGE + (optionType === undefined ? 0 : OPTION_LENGTH);
    const skb = this.maker.begin(6, length);
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    bytes[at] = type;
    bytes[at + 1] = 0;
    set16(bytes, at + 2, 0);
    set32(bytes, at + FLAGS, flags);
    copyBytes(bytes, at + TARGET, target, 0, 16);
    if (optionType !== undefined) {
      bytes[at + MESSAGE] = optionType;
      bytes[at + MESSAGE + 1] = 1;
      copyBytes(bytes, at + MESSAGE + 2, device.mac, 0, 6);
    }
    this.maker.writeIp(skb, 6, ICMPV6, source, destination, { hopLimit: HOP_LIMIT });
    set16(bytes, at + 2, transportChecksum(bytes, 6, skb.data, ICMPV6, at, skb.length - IPV6_HEADER));
    this.transmit(device, skb, destination);
  }

  /** The host itself does not hear what it asks a group. */
  private transmit(device: Interface, skb: Skb, destination: Uint8Array): void {
    const { stack } = this;
    if (isMulticast(destination, 0)) {
      const mac = Uint8Array.of(0x33, 0x33, ...destination.subarray(12));
      stack.host.transmitTo(device, skb, ETH_P_IPV6, mac);
    } else {
      const route = stack.route(6, destination, 0, device);
      const via = isLinkLocal(destination, 0) ? undefined : route?.via;
      stack.neighbours.send(device, skb, 6, via ?? destination, 0);
    }
  }
}

const NONE = 0;
const BAD = -1;

/** Address of the MAC in the first option of that type; `NONE` where there is none, `BAD` where the options are malformed (ndisc_parse_options). */
function linkAddress(bytes: Uint8Array, start: number, end: number, type: number): number {
  let found = NONE;
  for (let at = start; at < end; ) {
    if (at + 2 > end) return BAD;
    const length = bytes[at + 1]! * 8;
    if (length === 0 || at + length > end) return BAD;
    if (bytes[at] === type && found === NONE) {
      // A MAC of six bytes fills an option of eight (ndisc_opt_addr_data).
      if (length !== OPTION_LENGTH) return BAD;
      found = at + 2;
    }
    at += length;
  }
  return found;
}

/** ff02::1:ff00:0/104. */
function isSolicitedNodeGroup(bytes: Uint8Array, at: number): boolean {
  const group = solicitedNode(ALL_NODES);
  for (let i = 0; i < 13; i++) if (bytes[at + i] !== group[i]) return false;
  return true;
}
