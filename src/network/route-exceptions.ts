import { AddressMap } from "./address-map.ts";

/** net.ipv4.route.mtu_expires and net.ipv6.route.mtu_expires, in nanoseconds. */
const MTU_EXPIRES = 600_000_000_000;
/** net.ipv4.route.min_pmtu, and IPv6's smallest MTU. */
const SMALLEST_MTU = { 4: 552, 6: 1280 } as const;
/** A redirected route is used for so long (net.ipv4.route.gc_timeout). */
const REDIRECT_EXPIRES = 300_000_000_000;
/** Destinations remembered; Linux bounds them for each next hop (FNHE_HASH_SIZE times FNHE_RECLAIM_DEPTH). */
const LIMIT = 10_240;

interface Exception {
  mtu: number;
  mtuExpires: number;
  via: Uint8Array | undefined;
  viaExpires: number;
}

/**
 * What a host learnt about single destinations by ICMP: a smaller MTU on the path, a better next hop (struct
 * fib_nh_exception). It holds for packets that the host sends itself, never for those it forwards.
 */
export class RouteExceptions {
  private readonly table = { 4: new AddressMap<Exception>(4), 6: new AddressMap<Exception>(6) };

  /** Somebody on the path to the address at `at` carries `mtu` bytes at most. */
  learnMtu(family: 4 | 6, bytes: Uint8Array, at: number, mtu: number, now: number): void {
    const entry = this.entry(family, bytes, at, now);
    const bounded = Math.max(mtu, SMALLEST_MTU[family]);
    if (entry.mtuExpires > now && bounded >= entry.mtu) return;
    entry.mtu = bounded;
    entry.mtuExpires = now + MTU_EXPIRES;
  }

  /** The next hop towards the address at `at` is rather `via`. */
  learnNextHop(family: 4 | 6, bytes: Uint8Array, at: number, via: Uint8Array, now: number): void {
    const entry = this.entry(family, bytes, at, now);
    entry.via = via;
    entry.viaExpires = now + REDIRECT_EXPIRES;
  }

  /** The path's MTU in bytes; Infinity where nothing was learnt. */
  mtu(family: 4 | 6, bytes: Uint8Array, at: number, now: number): number {
    const table = this.table[family];
    if (table.size === 0) return Number.POSITIVE_INFINITY;
    const entry = table.get(bytes, at);
    return entry !== undefined && entry.mtuExpires > now ? entry.mtu : Number.POSITIVE_INFINITY;
  }

  nextHop(family: 4 | 6, bytes: Uint8Array, at: number, now: number): Uint8Array | undefined {
    const table = this.table[family];
    if (table.size === 0) return undefined;
    const entry = table.get(bytes, at);
    return entry !== undefined && entry.viaExpires > now ? entry.via : undefined;
  }

  private entry(family: 4 | 6, bytes: Uint8Array, at: number, now: number): Exception {
    const table = this.table[family];
    let entry = table.get(bytes, at);
    if (entry === undefined) {
      if (table.size >= LIMIT) table.retain(({ mtuExpires, viaExpires }) => mtuExpires > now || viaExpires > now);
      if (table.size >= LIMIT) table.retain(() => false);
      entry = { mtu: 0, mtuExpires: 0, via: undefined, viaExpires: 0 };
      table.set(bytes, at, entry);
    }
    return entry;
  }
}
