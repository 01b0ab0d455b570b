import type { Eviction } from "./eviction.ts";
import { type Evict, Lru, STATE } from "./lru.ts";
import { NodeLists } from "./node-lists.ts";

/** Nodes that a processor takes at a time (LOCAL_FREE_TARGET), and that are looked at each time. */
const LOCAL_FREE = 128;

/**
 * The lists of a map without BPF_F_NO_COMMON_LRU (kernel/bpf/bpf_lru_list.c): one for all processors. Each processor takes free
 * nodes in batches, and new ones wait with it until its next batch: a small map evicts more than it must, and less exactly.
 */
export class CommonLru implements Eviction {
  private readonly lists: NodeLists;
  private readonly lru: Lru;
  private readonly cpus: number;
  /** Nodes that a processor takes at a time. */
  private readonly batch: number;
  private readonly firstLocal: number;
  private readonly state: Uint8Array;
  private readonly marked: Uint8Array;
  /** The processor that each node waits with. */
  private readonly owner: Uint16Array;
  /** The processor from which each takes a node next when there are no others. */
  private readonly nextSteal: Uint16Array;
  private readonly evict: Evict;

  constructor(nodes: number, cpus: number, evict: Evict) {
    this.cpus = cpus;
    this.batch = Math.min(Math.max(Math.floor(Math.floor(nodes / cpus) / 2), 1), LOCAL_FREE);
    this.lists = new NodeLists(nodes, 3 + 2 * cpus);
    this.firstLocal = nodes + 3;
    this.state = new Uint8Array(nodes).fill(STATE.free);
    this.marked = new Uint8Array(nodes);
    this.owner = new Uint16Array(nodes);
    this.nextSteal = Uint16Array.from({ length: cpus }, (_, cpu) => cpu);
    this.evict = evict;
    this.lru = new Lru(this.lists, nodes, this.state, this.marked, { scan: LOCAL_FREE, evict });
    for (let node = 0; node < nodes; node++) this.lists.moveFirst(node, this.lru.free);
  }

  private freeOf(cpu: number): number {
    return this.firstLocal + 2 * cpu;
  }

  private pendingOf(cpu: number): number {
    return this.firstLocal + 2 * cpu + 1;
  }

  take(cpu: number): number | undefined {
    let node = this.popFree(cpu);
    if (node === undefined) {
      this.refill(cpu);
      node = this.popFree(cpu) ?? this.steal(cpu);
    }
    if (node === undefined) return undefined;
    this.owner[node] = cpu;
    this.state[node] = STATE.localPending;
    this.marked[node] = 0;
    this.lists.moveFirst(node, this.pendingOf(cpu));
    return node;
  }

  give(node: number): void {
    if (this.state[node] !== STATE.localPending) {
      this.lru.moveToFree(node, this.lru.free, STATE.free);
      return;
    }
    this.state[node] = STATE.localFree;
    this.marked[node] = 0;
    this.lists.moveFirst(node, this.freeOf(this.owner[node]!));
  }

  mark(node: number): void {
    this.marked[node] = 1;
  }

  private popFree(cpu: number): number | undefined {
    const list = this.freeOf(cpu);
    if (this.lists.isEmpty(list)) return undefined;
    const node = this.lists.next(list);
    this.lists.remove(node);
    return node;
  }

  /** What waits with the processor joins the others, and the processor gets new free nodes, by evictions if need be. */
  private refill(cpu: number): void {
    const { lists, lru } = this;
    const pending = this.pendingOf(cpu);
    for (let node = lists.previous(pending); node !== pending; node = lists.previous(pending))
      lru.moveIn(node, this.marked[node] ? STATE.active : STATE.inactive);
    lru.rotate();
    let got = 0;
    for (; got < this.batch && !lists.isEmpty(lru.free); got++)
      lru.moveToFree(lists.next(lru.free), this.freeOf(cpu), STATE.localFree);
    if (got < this.batch) lru.shrink(this.batch - got, this.freeOf(cpu), STATE.localFree);
  }

  private steal(cpu: number): number | undefined {
    const first = this.nextSteal[cpu]!;
    let from = first;
    let node: number | undefined;
    do {
      node = this.popFree(from) ?? this.popPending(from);
      from = (from + 1) % this.cpus;
    } while (node === undefined && from !== first);
    this.nextSteal[cpu] = from;
    return node;
  }

  private popPending(cpu: number): number | undefined {
    const { lists } = this;
    const pending = this.pendingOf(cpu);
    for (const evenMarked of [false, true])
      for (let node = lists.previous(pending); node !== pending; node = lists.previous(node))
        if ((evenMarked || !this.marked[node]) && this.evict(node)) {
          lists.remove(node);
          return node;
        }
    return undefined;
  }
}
