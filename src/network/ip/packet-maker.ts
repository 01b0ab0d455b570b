import type { Skb } from "../../packet/skb.ts";
import type { World } from "../world.ts";
import { IP_DF, IPV4_HEADER, IPV6_HEADER, writeIpv4Header, writeIpv6Header } from "./header.ts";

/** What the maker needs to know of the host. */
export interface PacketDefaults {
  readonly ttl: number;
}

/** What one packet has in its IP header that others have not. */
export interface IpOptions {
  readonly hopLimit?: number;
  /** Type of service or traffic class; 0 where absent. */
  readonly tos?: number;
  /** IPv4: without DF. */
  readonly fragmentable?: boolean;
}

/** Makes the packets that a host's own protocols send. */
export class PacketMaker {
  private readonly defaults: PacketDefaults;
  private readonly world: World;
  private id = 0;

  constructor(defaults: PacketDefaults, world: World) {
    this.defaults = defaults;
    this.world = world;
  }

  /** A packet with room for an IP header, and `length` bytes behind it, at `transportHeader`. Entered in the ledger. */
  begin(family: 4 | 6, length: number): Skb {
    const { pool, ledger } = this.world;
    const header = family === 4 ? IPV4_HEADER : IPV6_HEADER;
    const skb = ledger.enter(pool.allocate(header + length));
    skb.networkHeader = skb.data;
    skb.transportHeader = skb.data + header;
    skb.protocol = family === 4 ? 0x0800 : 0x86dd;
    return skb;
  }

  /**
   * Writes the IP header of a packet that `begin` made. Path MTU discovery is on, so IPv4 packets carry DF unless told
   * otherwise (ip_no_pmtu_disc 0). Identifications count up and flow labels are 0, where Linux has both at random.
   */
  writeIp(
    skb: Skb,
    family: 4 | 6,
    protocol: number,
    source: Uint8Array,
    destination: Uint8Array,
    options: IpOptions = NO_OPTIONS,
  ): void {
    const { bytes } = this.world.store;
    const at = skb.data;
    const hops = options.hopLimit ?? this.defaults.ttl;
    const tos = options.tos ?? 0;
    if (family === 6) {
      writeIpv6Header(bytes, at, tos, skb.length - IPV6_HEADER, protocol, hops, source, destination);
      return;
    }
    const id = (this.id + 1) & 0xffff;
    // Each segment of what is cut later has one of its own (ip_select_ident_segs).
    this.id += Math.max(1, skb.segments);
    const flags = options.fragmentable === true ? 0 : IP_DF;
    writeIpv4Header(bytes, at, tos, skb.length, id, flags, hops, protocol, source, destination);
  }
}

const NO_OPTIONS: IpOptions = {};
