import { type Libc, succeed } from "../libc.ts";
import { bindToDevice } from "../socket/bind-device.ts";
import type { NetNamespace } from "../socket/net-namespace.ts";
import { packetSocket } from "../socket/packet-socket.ts";
import { FAMILY, internetAddress, isLinkLocal } from "../socket/socket-address.ts";

const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
const [SOL_PACKET, PACKET_QDISC_BYPASS] = [263, 20];
const ONE = Buffer.from([1, 0, 0, 0]);

/** Puts packets on the network. */
export interface Sender {
  /** Gives 0, or the errno where the kernel does not take it. */
  send(bytes: Uint8Array): number;
  close(): void;
}

/**
 * Sends whole frames by a device.
 * @param unseen past the device's own taps and queues, as what comes out of a cable has passed none.
 */
export function frameSender(libc: Libc, namespace: NetNamespace, device: number, unseen = false): Sender {
  const socket = namespace.within(() => {
    const made = packetSocket(libc, 0, device);
    if (unseen) succeed(libc, "PACKET_QDISC_BYPASS", libc.setsockopt(made, SOL_PACKET, PACKET_QDISC_BYPASS, ONE, 4));
    return made;
  });
  return {
    send: (bytes) => (libc.send(socket, Buffer.from(bytes), bytes.length, 0) < 0 ? libc.errno() : 0),
    close: () => libc.close(socket),
  };
}

/**
 * Sends IP packets as they are; the kernel chooses the route and completes an IPv4 header's length and checksum (raw(7)).
 * @param device absent: any.
 */
export function packetSender(
  libc: Libc,
  namespace: NetNamespace,
  family: 4 | 6,
  device: { readonly name: string; readonly index: number } | undefined,
): Sender {
  const socket = namespace.within(() => {
    const made = succeed(libc, "socket", libc.socket(FAMILY[family], SOCK_RAW, IPPROTO_RAW));
    if (device !== undefined) bindToDevice(libc, made, device.name);
    return made;
  });
  const send = (bytes: Uint8Array) => {
    const destination = family === 4 ? bytes.slice(16, 20) : bytes.slice(24, 40);
    const scope = isLinkLocal(family, destination) ? (device?.index ?? 0) : 0;
    const to = internetAddress(family, destination, 0, scope);
    const sent = libc.sendto(socket, Buffer.from(bytes), bytes.length, 0, to, to.length);
    return sent < 0 ? libc.errno() : 0;
  };
  return { send, close: () => libc.close(socket) };
}
