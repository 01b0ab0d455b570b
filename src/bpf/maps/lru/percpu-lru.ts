import type { Eviction } from "./eviction.ts";
import { type Evict, Lru, STATE } from "./lru.ts";
import { NodeLists } from "./node-lists.ts";

/** Nodes that are evicted at a time, and that are looked at each time (PERCPU_FREE_TARGET). */
const FREE_TARGET = 4;

/**
 * The lists of a map with BPF_F_NO_COMMON_LRU (kernel/bpf/bpf_lru_list.c): each processor has its own share of the nodes, and
 * evicts among those.
 */
export class PercpuLru implements Eviction {
  private readonly lists: NodeLists;
  private readonly lrus: readonly Lru[];
  private readonly share: number;
  private readonly marked: Uint8Array;

  /** @param nodes a multiple of `cpus`. */
  constructor(nodes: number, cpus: number, evict: Evict) {
    this.lists = new NodeLists(nodes, 3 * cpus);
    this.share = nodes / cpus;
    this.marked = new Uint8Array(nodes);
    const state = new Uint8Array(nodes).fill(STATE.free);
    this.lrus = Array.from(
      { length: cpus },
      (_, cpu) => new Lru(this.lists, nodes + 3 * cpu, state, this.marked, { scan: FREE_TARGET, evict }),
    );
    for (let node = 0; node < nodes; node++) this.lists.moveFirst(node, this.lruOf(node).free);
  }

  private lruOf(node: number): Lru {
    return this.lrus[Math.floor(node / this.share)]!;
  }

  take(cpu: number): number | undefined {
    const { lists } = this;
    const lru = this.lrus[cpu]!;
    lru.rotate();
    if (lists.isEmpty(lru.free)) lru.shrink(FREE_TARGET, lru.free, STATE.free);
    if (lists.isEmpty(lru.free)) return undefined;
    const node = lists.next(lru.free);
    lru.move(node, STATE.inactive);
    return node;
  }

  give(node: number): void {
    const lru = this.lruOf(node);
    lru.moveToFree(node, lru.free, STATE.free);
  }

  mark(node: number): void {
    this.marked[node] = 1;
  }
}
