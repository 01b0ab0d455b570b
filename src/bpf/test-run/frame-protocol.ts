/** Bytes of an Ethernet header. */
export const ETHERNET_BYTES = 14;

export const ETHERTYPE = { IPV4: 0x0800, IPV6: 0x86dd } as const;

const SMALLEST_PROTOCOL = 0x600;
/** ETH_P_802_3 and ETH_P_802_2 */
const [NOVELL, LINK_CONTROL] = [1, 4];

/** What a frame carries, in host order; a length stands for what follows it (eth_type_trans). */
export function frameProtocol(frame: Uint8Array): number {
  const type = (frame[12]! << 8) | frame[13]!;
  if (type >= SMALLEST_PROTOCOL) return type;
  return frame[14] === 0xff && frame[15] === 0xff ? NOVELL : LINK_CONTROL;
}

/** PACKET_HOST, PACKET_MULTICAST and PACKET_OTHERHOST of linux/if_packet.h. */
const [FOR_HOST, FOR_MANY, FOR_OTHERS] = [0, 2, 3];

/** Whom an Ethernet frame is for on the loopback device, whose address and broadcast address are zeroes (eth_type_trans). */
export function packetType(frame: Uint8Array): number {
  const destination = frame.subarray(0, 6);
  if (destination.every((byte) => byte === 0)) return FOR_HOST;
  return (destination[0]! & 1) === 0 ? FOR_OTHERS : FOR_MANY;
}
