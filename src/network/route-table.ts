import type { AddressModel, RouteModel } from "../topology/model.ts";
import { AddressCache } from "./address-cache.ts";
import type { Interface } from "./interface.ts";
import type { RoutePrograms } from "./lwt/route-programs.ts";
import { PrefixTable } from "./prefix-table.ts";

/** One route of a host. Addresses are 4 or 16 bytes. */
export interface Route {
  readonly family: 4 | 6;
  /** What the destination is (rtm_type): another host, this host, or everybody on the link. */
  readonly type: "unicast" | "local" | "broadcast";
  readonly destination: Uint8Array;
  readonly prefix: number;
  readonly device: Interface;
  /** Next hop; absent: the destination itself is on the link. */
  readonly via?: Uint8Array;
  readonly metric: number;
  /** Local addresses that several routers share: never a source. */
  readonly isAnycast?: boolean;
  /** Of the topology's own routes: what it says of them. */
  readonly model?: RouteModel;
  /** Programs that packets pass which take it. */
  programs?: RoutePrograms;
}

/**
 * A host's routes: the local table first, then the longest prefix, then the lowest metric (fib_table_lookup,
 * fib6_table_lookup). Local and broadcast addresses and connected networks come from the interfaces' addresses.
 */
export class RouteTable {
  private readonly local = { 4: new PrefixTable<Route>(4), 6: new PrefixTable<Route>(6) };
  private readonly main = { 4: new PrefixTable<Route>(4), 6: new PrefixTable<Route>(6) };
  /** What was looked up lately; the tables do not change once they are made. */
  private readonly caches = { 4: new AddressCache<Route | undefined>(4), 6: new AddressCache<Route | undefined>(6) };
  /** The main table's routes, those that come first in it first. */
  private readonly list: { readonly 4: Route[]; readonly 6: Route[] } = { 4: [], 6: [] };

  /**
   * A configured route without a device goes out by the interface whose network holds its next hop; one whose next hop
   * is unreachable is left out, as Linux refuses it.
   * @param interfaces the loopback among them.
   * @param loopback carries what the host sends to itself.
   */
  constructor(
    interfaces: readonly Interface[],
    loopback: Interface,
    model: { readonly routes: readonly RouteModel[]; readonly forwarding: boolean },
  ) {
    for (const device of interfaces) {
      for (const own of device.addresses)
        if (own.family === 4 || hasIpv6(device, loopback)) this.connect(device, loopback, own, model.forwarding);
      if (device.linkLocal !== undefined) this.connect(device, loopback, device.linkLocal, model.forwarding);
    }
    for (const route of model.routes) {
      const { family, destination, prefix, via, metric } = route;
      const device =
        interfaces.find((candidate) => candidate.name === route.device) ??
        (via === undefined ? undefined : this.main[family].lookup(via, 0)?.device);
      if (device === undefined || (family === 6 && !hasIpv6(device, loopback))) continue;
      this.add({ family, type: "unicast", destination, prefix, device, metric, model: route, ...(via && { via }) });
    }
    for (const family of [4, 6] as const) this.list[family].sort((a, b) => b.prefix - a.prefix || a.metric - b.metric);
  }

  /** The route to the address at `at` of `bytes`. */
  lookup(family: 4 | 6, bytes: Uint8Array, at: number): Route | undefined {
    const cache = this.caches[family];
    if (cache.find(bytes, at)) return cache.value;
    return cache.remember(this.local[family].lookup(bytes, at) ?? this.main[family].lookup(bytes, at));
  }

  /** The route of the local table alone: undefined for an address that is not this host's own or its networks' broadcast. */
  lookupLocal(family: 4 | 6, bytes: Uint8Array, at: number): Route | undefined {
    const route = this.lookup(family, bytes, at);
    return route === undefined || route.type === "unicast" ? undefined : route;
  }

  /** The route of one table alone. */
  lookupIn(table: "local" | "main", family: 4 | 6, bytes: Uint8Array, at: number): Route | undefined {
    return this[table][family].lookup(bytes, at);
  }

  /** As `lookup`, among the main table's routes by one interface. */
  lookupBy(device: Interface, family: 4 | 6, bytes: Uint8Array, at: number): Route | undefined {
    return this.list[family].find(
      (route) => route.device === device && matches(bytes, at, route.destination, route.prefix),
    );
  }

  /** Of the main table's longest prefix and least metric, the route by that interface where there is one (rt6_score_route). */
  lookupRather(device: Interface, family: 4 | 6, bytes: Uint8Array, at: number): Route | undefined {
    let best: Route | undefined;
    for (const route of this.list[family]) {
      if (!matches(bytes, at, route.destination, route.prefix)) continue;
      best ??= route;
      if (route.prefix !== best.prefix || route.metric !== best.metric) break;
      if (route.device === device) return route;
    }
    return best;
  }

  /** The route that was made of a route of the topology; undefined: none was. */
  ofModel(model: RouteModel): Route | undefined {
    return this.list[model.family].find((route) => route.model === model);
  }

  /** What an address brings with it (fib_add_ifaddr, addrconf_prefix_route). */
  private connect(device: Interface, loopback: Interface, own: AddressModel, forwarding: boolean): void {
    const { family, address, prefix } = own;
    const bits = address.length * 8;
    const isLoopback = device === loopback;
    const local: Route = { family, type: "local", destination: address, prefix: bits, device: loopback, metric: 0 };
    this.local[family].set(address, bits, local);
    if (family === 4 && isLoopback) this.local[4].set(address, prefix, { ...local, prefix });
    if (isLoopback) return;
    // A network of two addresses or one has no broadcast address (RFC 3021).
    if (family === 4 && prefix < 31) {
      const destination = lastAddress(address, prefix);
      this.local[4].set(destination, 32, { family, type: "broadcast", destination, prefix: 32, device, metric: 0 });
    }
    // A router answers to its networks' anycast addresses, the prefix followed by zeros (addrconf_join_anycast).
    if (family === 6 && forwarding && prefix < 127) {
      const anycast = firstAddress(address, prefix);
      if (this.local[6].exact(anycast, bits) === undefined)
        this.local[6].set(anycast, bits, { ...local, destination: anycast, isAnycast: true });
    }
    if (prefix < bits) this.add({ family, type: "unicast", destination: address, prefix, device, metric: 0 });
  }

  /** The first of two routes with the same prefix and metric stays. */
  private add(route: Route): void {
    const table = this.main[route.family];
    this.list[route.family].push(route);
    const there = table.exact(route.destination, route.prefix);
    if (there === undefined || route.metric < there.metric) table.set(route.destination, route.prefix, route);
  }
}

/** False where the MTU is below IPv6's smallest: its IPv6 addresses are not in force then, as in Linux. */
function hasIpv6(device: Interface, loopback: Interface): boolean {
  return device === loopback || device.linkLocal !== undefined;
}

function firstAddress(address: Uint8Array, prefix: number): Uint8Array {
  return address.map((byte, i) => byte & ~(0xff >> Math.min(Math.max(prefix - i * 8, 0), 8)));
}

function lastAddress(address: Uint8Array, prefix: number): Uint8Array {
  return address.map((byte, i) => byte | (0xff >> Math.min(Math.max(prefix - i * 8, 0), 8)));
}

/** True when the address at `at` lies in `network`/`prefix`. */
export function matches(bytes: Uint8Array, at: number, network: Uint8Array, prefix: number): boolean {
  const whole = prefix >> 3;
  for (let i = 0; i < whole; i++) if (bytes[at + i] !== network[i]) return false;
  const rest = prefix & 7;
  return rest === 0 || ((bytes[at + whole]! ^ network[whole]!) & (0xff << (8 - rest)) & 0xff) === 0;
}
