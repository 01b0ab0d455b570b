import { ADDRESSES } from "../../packet/checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import { sameBytes } from "../../packet/wire.ts";
import { Socket } from "./socket.ts";

/** IPPROTO_RAW sends only. */
const IPPROTO_RAW = 255;

/** SOCK_RAW over IP: gets a copy of each packet of its protocol (net/ipv4/raw.c, net/ipv6/raw.c). */
export class RawSocket extends Socket {
  /** True where the packet is of the socket's protocol, for its address and came in by its interface (raw_v4_match, raw_v6_match). */
  wants(skb: Skb, family: 4 | 6, protocol: number, device: string): boolean {
    const { model } = this;
    if (model.family !== family || model.protocol !== protocol || protocol === IPPROTO_RAW) return false;
    if (model.interface !== undefined && model.interface !== device) return false;
    const { address } = model;
    if (address === undefined) return true;
    const { destination, length } = ADDRESSES[family];
    return sameBytes(this.world.store.bytes, skb.data + destination, address.address, 0, length);
  }

  /** IPv4 readers see the IP header, IPv6 readers begin behind it; a program may not trim below one byte. */
  receive(skb: Skb): void {
    const start = this.model.family === 4 ? skb.data : skb.transportHeader;
    const length = skb.data + skb.length - start;
    if (this.filter(skb, start, length, 1)) this.queue(skb, start, length, 0);
  }
}
