import type { Skb } from "../../packet/skb.ts";
import { Socket } from "./socket.ts";

const UDP_HEADER = 8;

/** A bound UDP socket (net/ipv4/udp.c). */
export class UdpSocket extends Socket {
  /** False when a program kept the datagram from the socket. Its UDP header is never trimmed away; readers do not see it. */
  receive(skb: Skb): boolean {
    const start = skb.transportHeader;
    const length = skb.data + skb.length - start;
    if (!this.filter(skb, start, length, UDP_HEADER)) return false;
    this.queue(skb, start, length, UDP_HEADER);
    return true;
  }
}
