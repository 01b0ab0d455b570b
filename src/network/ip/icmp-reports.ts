import { ADDRESSES } from "../../packet/checksum.ts";
import type { DropReason } from "../../packet/drop-reason.ts";
import type { Skb } from "../../packet/skb.ts";
import { get16, get32 } from "../../packet/wire.ts";
import type { World } from "../world.ts";
import { IPV4_HEADER, IPV6_HEADER } from "./header.ts";
import { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, ICMPV6_PKT_TOOBIG } from "./icmp-type.ts";
import type { IpStack } from "./ip-stack.ts";

const ICMP_HEADER = 8;

/** A transport protocol that wants to hear what became of its packets (err_handler of struct net_protocol). */
export interface IcmpErrorListener {
  /**
   * @param inner address of the quoted IP header; of what follows it, eight bytes at least are there.
   * @param info the four bytes behind the checksum, such as the MTU.
   */
  icmpError(family: 4 | 6, type: number, code: number, inner: number, length: number, info: number): void;
}

/** What a host does with the ICMP errors and redirects that it gets. */
export class IcmpReports {
  /** By IP protocol number. */
  readonly listeners = new Map<number, IcmpErrorListener>();
  private readonly stack: IpStack;
  private readonly world: World;

  constructor(stack: IpStack, world: World) {
    this.stack = stack;
    this.world = world;
  }

  /** icmp_unreach: learns the path's MTU and tells the protocol whose packet it was. */
  errorV4(skb: Skb): DropReason | undefined {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const inner = at + ICMP_HEADER;
    const length = skb.data + skb.length - inner;
    if (length < IPV4_HEADER) return "PKT_TOO_SMALL";
    const header = (bytes[inner]! & 15) * 4;
    if (header < IPV4_HEADER) return "ICMP_MALFORMED";
    const type = bytes[at]!;
    const code = bytes[at + 1]!;
    const info = get32(bytes, at + 4);
    if (type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED) {
      const mtu = get16(bytes, at + 6);
      if (this.isOwn(4, inner)) this.stack.exceptions.learnMtu(4, bytes, inner + 16, mtu, this.world.simulation.now);
    }
    if (length >= header + 8) this.listeners.get(bytes[inner + 9]!)?.icmpError(4, type, code, inner, length, info);
    return undefined;
  }

  errorV6(skb: Skb): DropReason | undefined {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const inner = at + ICMP_HEADER;
    const length = skb.data + skb.length - inner;
    if (length < IPV6_HEADER) return "PKT_TOO_SMALL";
    const type = bytes[at]!;
    const info = get32(bytes, at + 4);
    if (type === ICMPV6_PKT_TOOBIG && this.isOwn(6, inner))
      this.stack.exceptions.learnMtu(6, bytes, inner + 24, info, this.world.simulation.now);
    if (length >= IPV6_HEADER + 8)
      this.listeners.get(bytes[inner + 6]!)?.icmpError(6, type, bytes[at + 1]!, inner, length, info);
    return undefined;
  }

  /** True where this host sent the quoted packet. */
  private isOwn(family: 4 | 6, inner: number): boolean {
    return this.stack.isLocal(family, this.world.store.bytes, inner + ADDRESSES[family].source);
  }

  /** icmp_redirect, __ip_do_redirect: hosts follow a redirect from the next hop they use now; routers do not (accept_redirects). */
  redirect(skb: Skb): DropReason | undefined {
    const { stack } = this;
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const inner = at + ICMP_HEADER;
    if (skb.data + skb.length - inner < IPV4_HEADER) return "PKT_TOO_SMALL";
    if (stack.forwarding) return undefined;
    const route = stack.route(4, bytes, inner + 16);
    const current = stack.exceptions.nextHop(4, bytes, inner + 16, this.world.simulation.now) ?? route?.via;
    if (route === undefined || current === undefined) return undefined;
    const isFromIt = get32(bytes, skb.data + 12) === get32(current, 0);
    const better = bytes.slice(at + 4, at + 8);
    const leads = stack.routes.lookup(4, better, 0);
    if (!isFromIt || leads?.type !== "unicast" || leads.device !== route.device || better[0]! >= 224) return undefined;
    stack.exceptions.learnNextHop(4, bytes, inner + 16, better, this.world.simulation.now);
    return undefined;
  }
}
