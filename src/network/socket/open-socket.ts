import type { Attachment } from "../../programs/attachment.ts";
import type { SocketModel } from "../../topology/model.ts";
import type { Host } from "../host.ts";
import { TcpListener } from "../tcp/tcp-listener.ts";
import type { World } from "../world.ts";
import { PacketSocket } from "./packet-socket.ts";
import { RawSocket } from "./raw-socket.ts";
import type { Socket } from "./socket.ts";
import { identityOf } from "./socket-identity.ts";
import { UdpSocket } from "./udp-socket.ts";

/** Opens a socket on a host: from now on it gets what is for it. */
export function openSocket(
  host: Host,
  model: SocketModel,
  attachments: readonly Attachment<"socket">[],
  world: World,
): Socket {
  const socket = make(host, model, attachments, world);
  socket.identity = identityOf(model, host.takeCookie(), host.cgroups.at(model.cgroup ?? "/"));
  return socket;
}

function make(host: Host, model: SocketModel, attachments: readonly Attachment<"socket">[], world: World): Socket {
  switch (model.kind) {
    case "packet":
      return added(host.packetSockets, new PacketSocket(host.name, model, attachments, world));
    case "raw":
      return added(host.ip.rawSockets, new RawSocket(host.name, model, attachments, world));
    case "udp":
      return added(host.ip.udp.sockets, new UdpSocket(host.name, model, attachments, world));
    case "tcp":
      return added(host.ip.tcp.listeners, new TcpListener(host.name, model, attachments, world));
  }
}

function added<T extends Socket>(list: T[], socket: T): T {
  list.push(socket);
  return socket;
}
