import type { Skb } from "../../packet/skb.ts";
import { Socket } from "../socket/socket.ts";

/**
 * A listening socket, and the receiving side of all connections that it accepts: they inherit its programs, as sockets
 * that accept(2) returns inherit SO_ATTACH_FILTER. It counts as `seen` every segment that came to it or to one of its
 * connections, as `received` each that brought its readers payload.
 */
export class TcpListener extends Socket {
  /**
   * tcp_filter: a program sees the segment from its TCP header on and cannot trim that header, options included.
   * @returns false when a program dropped it; else `kept` says how much of it is left.
   */
  admits(skb: Skb, headerLength: number): boolean {
    const start = skb.transportHeader;
    return this.filter(skb, start, skb.data + skb.length - start, headerLength);
  }

  /** Hands `length` bytes of payload at `at` to the readers, out of `original` that the segment had there on the wire. */
  read(skb: Skb, at: number, length: number, original: number): void {
    this.counts.received++;
    this.counts.receivedBytes += length;
    for (const reader of this.readers) reader.read(skb, this.world.store.bytes, at, length, original);
    this.serve();
  }
}
