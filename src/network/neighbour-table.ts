import type { Skb } from "../packet/skb.ts";
import type { EventHandler } from "../simulation/event-queue.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { AddressMap } from "./address-map.ts";
import type { Interface } from "./interface.ts";

/** Requests sent before the next hop is given up, and the time between them (neigh/default/mcast_solicit, retrans_time_ms). */
const SOLICITATIONS = 3;
const RETRANSMIT = 1_000_000_000;
/** Bytes of memory that packets may take which wait for one next hop (neigh/default/unres_qlen_bytes). */
const QUEUE_LIMIT = 212_992;
/** What Linux counts for a packet beside its buffer: struct sk_buff and struct skb_shared_info. */
const OVERHEAD = 576;
/** Another answer is not believed before so much time (neigh/default/locktime). */
const LOCK_TIME = 1_000_000_000;
/** Entries of one family (neigh/default/gc_thresh3). */
const MOST_ENTRIES = 1024;

/** What the table needs of the host that owns it. */
export interface NeighbourOwner {
  /** Broadcasts or multicasts the question who has `address`. `waiting`, whose data begins at its IP header, is the packet that the answer is wanted for. */
  solicit(device: Interface, family: 4 | 6, address: Uint8Array, waiting: Skb): void;
  /** Sends a waiting packet, whose data begins at its IP header. */
  emit(device: Interface, skb: Skb, family: 4 | 6, mac: Uint8Array): void;
  /** Nobody answered. */
  unreachable(device: Interface, skb: Skb, family: 4 | 6): void;
  queueFull(device: Interface, skb: Skb): void;
  /** The table is full of entries that are in use. */
  tableFull(device: Interface, skb: Skb): void;
}

interface Neighbour {
  readonly device: Interface;
  readonly family: 4 | 6;
  readonly address: Uint8Array;
  /** Undefined while nobody has answered. */
  mac: Uint8Array | undefined;
  /** Questions asked in a row; 0: nobody is asked now. */
  solicitations: number;
  /** Simulated time of the last change. */
  updated: number;
  waiting: Skb[];
  /** Memory that those take. */
  waitingBytes: number;
}

/** How far what a message says is to be believed. */
export interface NeighbourUpdate {
  /** Makes an entry where there is none. */
  readonly create: boolean;
  /** Takes the place of another address that is known. */
  readonly override: boolean;
}

/**
 * Link-layer addresses of the next hops: ARP's and neighbour discovery's common part (net/core/neighbour.c). Learnt
 * addresses stay for the run, where Linux would ask again after some 30 s; only a full table forgets those that have not
 * changed for five seconds, as Linux does when it must.
 */
export class NeighbourTable implements EventHandler {
  /** By address and interface index. */
  private readonly entries = { 4: new AddressMap<Neighbour>(4), 6: new AddressMap<Neighbour>(6) };
  private readonly owner: NeighbourOwner;
  private readonly simulation: Simulation;

  constructor(owner: NeighbourOwner, simulation: Simulation) {
    this.owner = owner;
    this.simulation = simulation;
  }

  /** Packets that wait for an answer. */
  get queued(): number {
    let sum = 0;
    for (const family of [4, 6] as const)
      for (const { waiting } of this.entries[family].values()) sum += waiting.length;
    return sum;
  }

  /** Sends the packet to the neighbour whose address stands at `at` of `bytes`, now or once its MAC is known. */
  send(device: Interface, skb: Skb, family: 4 | 6, bytes: Uint8Array, at: number): void {
    let entry = this.entries[family].get(bytes, at, device.index);
    if (entry?.mac !== undefined) {
      this.owner.emit(device, skb, family, entry.mac);
      return;
    }
    entry ??= this.create(device, family, bytes, at);
    if (entry === undefined) {
      this.owner.tableFull(device, skb);
      return;
    }
    const size = memoryOf(skb);
    while (entry.waitingBytes + size > QUEUE_LIMIT && entry.waiting.length > 0) {
      const oldest = entry.waiting.shift()!;
      entry.waitingBytes -= memoryOf(oldest);
      this.owner.queueFull(device, oldest);
    }
    entry.waiting.push(skb);
    entry.waitingBytes += size;
    if (entry.solicitations === 0) this.run(0, entry);
  }

  /** True where the table has an entry for the address, whether or not it was answered. */
  has(device: Interface, family: 4 | 6, bytes: Uint8Array, at: number): boolean {
    return this.entries[family].get(bytes, at, device.index) !== undefined;
  }

  /** The MAC of the neighbour whose address stands at `at`; undefined where it is not known. */
  mac(device: Interface, family: 4 | 6, bytes: Uint8Array, at: number): Uint8Array | undefined {
    return this.entries[family].get(bytes, at, device.index)?.mac;
  }

  /** Takes the MAC at `macAt` of `bytes` for the neighbour whose address stands at `at` (neigh_update). False where it has no entry and gets none. */
  learn(
    device: Interface,
    family: 4 | 6,
    bytes: Uint8Array,
    at: number,
    macAt: number,
    update: NeighbourUpdate,
  ): boolean {
    let entry = this.entries[family].get(bytes, at, device.index);
    if (entry === undefined && update.create) entry = this.create(device, family, bytes, at);
    if (entry === undefined) return false;
    if (entry.mac !== undefined && !update.override) return true;
    entry.mac = bytes.slice(macAt, macAt + 6);
    entry.updated = this.simulation.now;
    const { waiting } = entry;
    entry.waiting = [];
    entry.waitingBytes = 0;
    for (const skb of waiting) this.owner.emit(device, skb, family, entry.mac);
    return true;
  }

  /** True where the entry is older than the time during which only the first of several answers counts. */
  isUnlocked(device: Interface, family: 4 | 6, bytes: Uint8Array, at: number): boolean {
    const entry = this.entries[family].get(bytes, at, device.index);
    return entry === undefined || this.simulation.now - entry.updated > LOCK_TIME;
  }

  /** Asks, or asks again; run by the simulation. */
  run(_: number, operand: unknown): void {
    const entry = operand as Neighbour;
    if (entry.mac !== undefined) {
      entry.solicitations = 0;
      this.simulation.pass();
      return;
    }
    if (entry.solicitations === SOLICITATIONS) {
      this.giveUp(entry);
      return;
    }
    entry.solicitations++;
    this.owner.solicit(entry.device, entry.family, entry.address, entry.waiting.at(-1)!);
    this.simulation.after(RETRANSMIT, this, 0, entry);
  }

  private giveUp(entry: Neighbour): void {
    entry.solicitations = 0;
    const { waiting } = entry;
    entry.waiting = [];
    entry.waitingBytes = 0;
    for (const skb of waiting) this.owner.unreachable(entry.device, skb, entry.family);
  }

  private create(device: Interface, family: 4 | 6, bytes: Uint8Array, at: number): Neighbour | undefined {
    const table = this.entries[family];
    if (table.size >= MOST_ENTRIES) {
      const before = this.simulation.now - LOCK_TIME * 5;
      table.retain(({ solicitations, updated }) => solicitations > 0 || updated > before);
      if (table.size >= MOST_ENTRIES) return undefined;
    }
    const entry: Neighbour = {
      device,
      family,
      address: bytes.slice(at, at + (family === 4 ? 4 : 16)),
      mac: undefined,
      solicitations: 0,
      updated: this.simulation.now,
      waiting: [],
      waitingBytes: 0,
    };
    table.set(bytes, at, entry, device.index);
    return entry;
  }
}

function memoryOf(skb: Skb): number {
  return skb.size + OVERHEAD;
}
