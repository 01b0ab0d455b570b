import type { Host } from "../../network/host.ts";
import type { Network } from "../../network/network.ts";
import { closeSocket } from "../../network/socket/close-socket.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import type { Process } from "./process.ts";

/** Has processes serve their sockets, which close where a call ends the process. */
export function serveSockets(
  processes: ReadonlyMap<string, readonly Process[]>,
  network: Network,
  simulation: Simulation,
): void {
  for (const [node, all] of processes)
    for (const process of all) {
      if (process.services.size === 0) continue;
      const own = network.sockets.filter(({ host, model }) => host === node && model.process === process.model.name);
      const host = network.nodes.get(node) as Host;
      // Once whatever came has gone its way.
      const close = () => {
        for (const socket of own) closeSocket(host, socket);
      };
      for (const [name, service] of process.services) {
        own.find(({ model }) => model.name === name)!.server = service;
        service.onEnd = () => simulation.after(0, { run: close });
      }
    }
}
