/** Rings of nodes: each node is in at most one list. A list is known by the number of its head, which lies behind the nodes. */
export class NodeLists {
  private readonly after: Int32Array;
  private readonly before: Int32Array;

  constructor(nodes: number, lists: number) {
    this.after = Int32Array.from({ length: nodes + lists }, (_, i) => i);
    this.before = Int32Array.from({ length: nodes + lists }, (_, i) => i);
  }

  /** The node behind; the list's own number behind the last. */
  next(at: number): number {
    return this.after[at]!;
  }

  previous(at: number): number {
    return this.before[at]!;
  }

  isEmpty(list: number): boolean {
    return this.after[list] === list;
  }

  remove(node: number): void {
    const next = this.after[node]!;
    const previous = this.before[node]!;
    this.after[previous] = next;
    this.before[next] = previous;
    this.after[node] = node;
    this.before[node] = node;
  }

  /** Puts a node first in a list, out of the one that it is in. */
  moveFirst(node: number, list: number): void {
    this.remove(node);
    const first = this.after[list]!;
    this.after[node] = first;
    this.before[node] = list;
    this.before[first] = node;
    this.after[list] = node;
  }
}
