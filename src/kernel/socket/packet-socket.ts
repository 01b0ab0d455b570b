import { type Libc, succeed } from "../libc.ts";
import { AF_PACKET, packetAddress } from "./socket-address.ts";

const SOCK_RAW = 3;

/** A packet socket for whole frames. @param protocol ethertype of what it receives; 0: nothing. @param device its index. */
export function packetSocket(libc: Libc, protocol: number, device: number): number {
  const socket = succeed(libc, "socket", libc.socket(AF_PACKET, SOCK_RAW, 0));
  const at = packetAddress(protocol, device);
  succeed(libc, "bind", libc.bind(socket, at, at.length));
  return socket;
}
