import { SOCKET_OFFSET as FIELD, NO_RECEIVE_QUEUE } from "../../program-type/offsets.ts";
import type { LinearMemory } from "../../vm/memory.ts";
import { ETHERTYPE } from "../frame-protocol.ts";

/** TCP_CLOSE */
const CLOSED = 7;
const [AF_UNSPEC, AF_INET, AF_INET6] = [0, 2, 10];

/** The socket that BPF_PROG_TEST_RUN gives a packet: without ports, its addresses the packet's, source first. */
export interface SocketOfPacket {
  readonly family: number;
  /** Of 4 or 16 bytes; empty where the packet has none. */
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
}

const NONE = new Uint8Array();

/** @param packet from its network header on. @param protocol ethertype in host order. */
export function socketOfPacket(packet: Uint8Array, protocol: number): SocketOfPacket {
  if (protocol === ETHERTYPE.IPV4 && packet.length >= 20)
    return { family: AF_INET!, local: packet.subarray(12, 16), remote: packet.subarray(16, 20) };
  if (protocol === ETHERTYPE.IPV6 && packet.length >= 40)
    return { family: AF_INET6!, local: packet.subarray(8, 24), remote: packet.subarray(24, 40) };
  return { family: AF_UNSPEC!, local: NONE, remote: NONE };
}

/** Fills a struct bpf_sock, all 0 before. */
export function fillSocket(memory: LinearMemory, at: number, { family, local, remote }: SocketOfPacket): void {
  const isIpv6 = family === AF_INET6;
  memory.setUint32(at + FIELD.family, family);
  memory.bytes.set(local, at + (isIpv6 ? FIELD.localIpv6 : FIELD.localIpv4));
  memory.bytes.set(remote, at + (isIpv6 ? FIELD.remoteIpv6 : FIELD.remoteIpv4));
  memory.setUint32(at + FIELD.state, CLOSED);
  memory.setUint32(at + FIELD.receiveQueue, NO_RECEIVE_QUEUE);
}
