import type { ProgramDevice, ProgramNetwork, ProgramRoute, RouteQuery, SocketQuery } from "../hooks/program-network.ts";
import type { SkbSocket } from "../packet/skb.ts";
import type { Host } from "./host.ts";
import type { Route } from "./route-table.ts";
import type { World } from "./world.ts";

/** Priority of the routes that the kernel makes of IPv6 addresses by itself (IP6_RT_PRIO_ADDRCONF). */
const CONNECTED_IPV6 = 256;

/** A host's routes, neighbours and sockets, as helpers of its programs ask for them. */
export class HostNetwork implements ProgramNetwork {
  private readonly host: Host;
  private readonly world: World;

  constructor(host: Host, world: World) {
    this.host = host;
    this.world = world;
  }

  get forwarding(): boolean {
    return this.host.ip.forwarding;
  }

  device(ifindex: number): ProgramDevice | undefined {
    return this.host.byIndex(ifindex);
  }

  route(query: RouteQuery): ProgramRoute | undefined {
    const { family, bytes, destination } = query;
    const { ip } = this.host;
    const found = this.find(query);
    if (found === undefined || found.type !== "unicast") return undefined;
    const { device, via } = found;
    // Another host on the way may have said that there is a smaller packet size further on.
    const mtu = Math.min(device.mtu, ip.exceptions.mtu(family, bytes, destination, this.world.simulation.now));
    return {
      device,
      via,
      metric: found.metric === 0 && family === 6 && found.model === undefined ? CONNECTED_IPV6 : found.metric,
      mtu,
      encapsulated: found.programs !== undefined,
      source: () => ip.sourceTowards(family, bytes, destination, found),
    };
  }

  private find({ family, bytes, destination, device, table: asked }: RouteQuery): Route | undefined {
    // As long as nobody makes rules, IPv4's two tables are one (fib_new_table).
    const table = family === 4 ? "all" : asked;
    const { routes } = this.host.ip;
    if (device === undefined)
      return table === "all"
        ? routes.lookup(family, bytes, destination)
        : routes.lookupIn(table, family, bytes, destination);
    if (table !== "main") {
      const own = routes.lookupIn("local", family, bytes, destination);
      if (own !== undefined || table === "local") return own;
    }
    const by = this.host.byIndex(device);
    if (by === undefined) return undefined;
    return family === 4
      ? routes.lookupBy(by, family, bytes, destination)
      : routes.lookupRather(by, family, bytes, destination);
  }

  neighbour(ifindex: number, family: 4 | 6, bytes: Uint8Array, at: number): Uint8Array | undefined {
    const device = this.host.byIndex(ifindex);
    return device && this.host.ip.neighbours.mac(device, family, bytes, at);
  }

  socket(query: SocketQuery): SkbSocket | undefined {
    const { ip } = this.host;
    const device = this.host.byIndex(query.ifindex)?.name ?? "";
    return query.protocol === "tcp" ? ip.tcp.socketFor(query, device) : ip.udp.socketFor(query, device);
  }
}
