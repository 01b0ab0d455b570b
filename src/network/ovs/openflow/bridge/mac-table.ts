/** How long an address is remembered after its last packet: 300 s (vswitchd.conf.db(5), mac-aging-time). */
export const MAC_AGING = 300e9;
/** How many addresses a bridge remembers (mac-table-size). */
const MAX_ADDRESSES = 8192;

/** Where an address was seen. */
export interface MacEntry {
  readonly vlan: number;
  /** As a number of 48 bits. */
  readonly address: number;
  /** OpenFlow number. */
  port: number;
  /** Simulated nanoseconds. */
  seen: number;
}

/** Which port leads to an address in a VLAN, as NORMAL has learnt (lib/mac-learning.c). */
export class MacTable {
  /** By address and VLAN in one text; the one seen longest ago first. */
  readonly #entries = new Map<string, MacEntry>();
  readonly aging: number;

  constructor(aging = MAC_AGING) {
    this.aging = aging;
  }

  get entries(): Iterable<MacEntry> {
    return this.#entries.values();
  }

  lookup(vlan: number, address: number, now: number): number | undefined {
    const entry = this.#entries.get(`${address}/${vlan}`);
    return entry === undefined || now - entry.seen >= this.aging ? undefined : entry.port;
  }

  /** Learns that an address is behind a port; true where that is news. */
  learn(vlan: number, address: number, port: number, now: number): boolean {
    const key = `${address}/${vlan}`;
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    if (known === undefined && this.#entries.size >= MAX_ADDRESSES)
      this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, { vlan, address, port, seen: now });
    return known === undefined || known.port !== port || now - known.seen >= this.aging;
  }

  /** When the address that was seen longest ago is forgotten, in nanoseconds; Infinity: there is none. */
  get nextExpiry(): number {
    for (const { seen } of this.#entries.values()) return seen + this.aging;
    return Number.POSITIVE_INFINITY;
  }

  /** Forgets what has not been seen for too long; true where something was forgotten. */
  expire(now: number): boolean {
    const before = this.#entries.size;
    for (const [key, { seen }] of this.#entries) {
      if (now - seen < this.aging) break;
      this.#entries.delete(key);
    }
    return this.#entries.size < before;
  }
}
