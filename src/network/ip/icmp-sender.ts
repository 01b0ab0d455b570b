import { checksumOf, sum16, transportChecksum } from "../../packet/checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import { set16 } from "../../packet/wire.ts";
import type { Route } from "../route-table.ts";
import type { World } from "../world.ts";
import { IPV4_HEADER, IPV6_HEADER } from "./header.ts";
import type { IpStack } from "./ip-stack.ts";
import { type IpOptions, PacketMaker } from "./packet-maker.ts";

const ICMP = 1;
const ICMPV6 = 58;

/** Makes and sends ICMP messages of either version. */
export class IcmpSender {
  private readonly stack: IpStack;
  private readonly world: World;
  private readonly maker: PacketMaker;

  constructor(stack: IpStack, world: World) {
    this.stack = stack;
    this.world = world;
    this.maker = new PacketMaker(stack, world);
  }

  /** A packet with room for a message of `length` bytes at its transport header. */
  begin(family: 4 | 6, length: number): Skb {
    return this.maker.begin(family, length);
  }

  /** Adds the IP header and the checksum to a message that is complete otherwise, and sends it: one of NET_XMIT, or a negative error number. */
  finish(
    skb: Skb,
    family: 4 | 6,
    source: Uint8Array,
    destination: Uint8Array,
    options: IpOptions,
    route: Route | undefined,
  ): number {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    set16(bytes, at + 2, 0);
    this.maker.writeIp(skb, family, family === 4 ? ICMP : ICMPV6, source, destination, options);
    const checksum =
      family === 4
        ? checksumOf(sum16(bytes, at, skb.length - IPV4_HEADER))
        : transportChecksum(bytes, 6, skb.data, ICMPV6, at, skb.length - IPV6_HEADER);
    set16(bytes, at + 2, checksum);
    return this.stack.output(skb, family, route);
  }
}
