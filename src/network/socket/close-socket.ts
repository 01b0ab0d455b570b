import type { Host } from "../host.ts";
import { TcpListener } from "../tcp/tcp-listener.ts";
import { PacketSocket } from "./packet-socket.ts";
import { RawSocket } from "./raw-socket.ts";
import type { Socket } from "./socket.ts";
import { UdpSocket } from "./udp-socket.ts";

/** Closes a socket as the end of its process does: nothing comes to it any more, and its connections close. */
export function closeSocket(host: Host, socket: Socket): void {
  if (socket instanceof PacketSocket) remove(host.packetSockets, socket);
  else if (socket instanceof RawSocket) remove(host.ip.rawSockets, socket);
  else if (socket instanceof UdpSocket) remove(host.ip.udp.sockets, socket);
  else if (socket instanceof TcpListener) host.ip.tcp.close(socket);
}

function remove<T>(list: T[], one: T): void {
  const at = list.indexOf(one);
  if (at >= 0) list.splice(at, 1);
}
