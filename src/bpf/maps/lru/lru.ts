import type { NodeLists } from "./node-lists.ts";

/** In which of its lists a node is. */
export const STATE = { active: 0, inactive: 1, free: 2, localFree: 3, localPending: 4 } as const;

/** Takes the node's element out of the hash table; false where it was not there. */
export type Evict = (node: number) => boolean;

/**
 * Nodes in an active, an inactive and a free list (kernel/bpf/bpf_lru_list.c, `struct bpf_lru_list`). Nodes come into the
 * inactive list and are evicted from its end; one that was looked up since it came, which its mark says, moves to the active list
 * instead. `scan` nodes at most are looked at each time.
 */
export class Lru {
  readonly lists: NodeLists;
  readonly active: number;
  readonly inactive: number;
  readonly free: number;
  readonly state: Uint8Array;
  readonly marked: Uint8Array;
  private readonly counts: [active: number, inactive: number] = [0, 0];
  /** Node at which the next rotation of the inactive list begins. */
  private rotation: number;
  private readonly scan: number;
  private readonly evict: Evict;

  /** @param heads number of the first of this object's three lists. */
  constructor(
    lists: NodeLists,
    heads: number,
    state: Uint8Array,
    marked: Uint8Array,
    { scan, evict }: { scan: number; evict: Evict },
  ) {
    this.lists = lists;
    this.active = heads;
    this.inactive = heads + 1;
    this.free = heads + 2;
    this.rotation = this.inactive;
    this.state = state;
    this.marked = marked;
    this.scan = scan;
    this.evict = evict;
  }

  /** Takes a node into the active or inactive list that is in none of the three. */
  moveIn(node: number, state: 0 | 1): void {
    this.counts[state]++;
    this.place(node, state);
  }

  /** Moves a node of the active or inactive list to the other, or to the head of its own. */
  move(node: number, state: 0 | 1): void {
    this.leaveRotation(node);
    const from = this.state[node]!;
    if (from !== state) {
      if (from < 2) this.counts[from as 0 | 1]--;
      this.counts[state]++;
    }
    this.place(node, state);
  }

  /** Takes a node out into a list of free ones. */
  moveToFree(node: number, list: number, state: number): void {
    this.leaveRotation(node);
    const from = this.state[node]!;
    if (from < 2) this.counts[from as 0 | 1]--;
    this.state[node] = state;
    this.marked[node] = 0;
    this.lists.moveFirst(node, list);
  }

  private place(node: number, state: 0 | 1): void {
    this.state[node] = state;
    this.marked[node] = 0;
    this.lists.moveFirst(node, this.active + state);
  }

  private leaveRotation(node: number): void {
    if (node === this.rotation) this.rotation = this.lists.previous(node);
  }

  /** Moves what was looked up to the active list, and, where that is the longer one, what was not back from it. */
  rotate(): void {
    if (this.counts[1] < this.counts[0]) this.rotateActive();
    this.rotateInactive();
  }

  private rotateActive(): void {
    const { lists, active } = this;
    const first = lists.next(active);
    let looked = 0;
    for (let node = lists.previous(active); node !== active; ) {
      const before = lists.previous(node);
      this.move(node, this.marked[node] ? STATE.active : STATE.inactive);
      if (++looked === this.scan || node === first) break;
      node = before;
    }
  }

  private rotateInactive(): void {
    const { lists, inactive } = this;
    if (lists.isEmpty(inactive)) return;
    let last = lists.next(this.rotation);
    if (last === inactive) last = lists.next(last);
    let at = this.rotation;
    let next = at;
    for (let looked = 0; looked < this.scan; ) {
      if (at === inactive) {
        at = lists.previous(at);
        continue;
      }
      next = lists.previous(at);
      if (this.marked[at]) this.move(at, STATE.active);
      if (at === last) break;
      at = next;
      looked++;
    }
    this.rotation = next;
  }

  /** Evicts up to `wanted` nodes into a list of free ones; where all were looked up, one of those. */
  shrink(wanted: number, list: number, state: number): void {
    if (this.shrinkInactive(wanted, list, state) > 0) return;
    const { lists } = this;
    const from = lists.isEmpty(this.inactive) ? this.active : this.inactive;
    for (let node = lists.previous(from); node !== from; node = lists.previous(node)) {
      if (!this.evict(node)) continue;
      this.moveToFree(node, list, state);
      return;
    }
  }

  private shrinkInactive(wanted: number, list: number, state: number): number {
    const { lists, inactive } = this;
    let evicted = 0;
    let looked = 0;
    for (let node = lists.previous(inactive); node !== inactive; ) {
      const before = lists.previous(node);
      if (this.marked[node]) this.move(node, STATE.active);
      else if (this.evict(node)) {
        this.moveToFree(node, list, state);
        if (++evicted === wanted) break;
      }
      if (++looked === this.scan) break;
      node = before;
    }
    return evicted;
  }
}
