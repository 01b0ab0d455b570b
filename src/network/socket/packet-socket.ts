import { PACKET_OUTGOING, type Skb } from "../../packet/skb.ts";
import { Socket } from "./socket.ts";

/** ETH_P_ALL of linux/if_ether.h. */
export const ETH_P_ALL = 3;

/** AF_PACKET: sees frames beside the protocol stack (net/packet/af_packet.c, packet_rcv). */
export class PacketSocket extends Socket {
  /** True where the socket takes this packet at all: bound interface and protocol. */
  wants(skb: Skb, device: string): boolean {
    const { interface: bound, protocol } = this.model;
    if (bound !== undefined && bound !== device) return false;
    if (protocol === ETH_P_ALL) return true;
    // Taps for one protocol hang behind the receive path only, so they never see what goes out.
    return skb.pktType !== PACKET_OUTGOING && skb.protocol === protocol;
  }

  /** Takes a look at the packet, which stays its owner's; only the socket's own view of it is trimmed. */
  receive(skb: Skb): void {
    const start = this.model.type === "raw" ? skb.macHeader : skb.networkHeader;
    const length = skb.data + skb.length - start;
    if (this.filter(skb, start, length, 0)) {
      const missing = skb.originalLength - (skb.data + skb.length - skb.macHeader);
      this.queue(skb, start, length + Math.max(0, missing), 0);
    }
  }
}
