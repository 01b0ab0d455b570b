/** What a trie knows of a value. */
export interface PrefixLookup {
  /** Leading bits of the value that tell which prefixes it has, the first bit that is in none included. */
  readonly bits: number;
  /** Whether a prefix of this length has it. */
  has(length: number): boolean;
}

interface Node {
  /** Prefixes that end here. */
  count: number;
  readonly children: [Node | undefined, Node | undefined];
}

/**
 * Prefixes that rules match a field by. It tells how little of a value has to be looked at to know that no rule of some
 * prefix length matches it, which keeps masks wide (lib/classifier.c, trie_lookup_value).
 */
export class PrefixTrie {
  readonly #root: Node = { count: 0, children: [undefined, undefined] };

  insert(bytes: Uint8Array, at: number, length: number): void {
    let node = this.#root;
    for (let i = 0; i < length; i++) {
      const way = bitAt(bytes, at, i);
      node.children[way] ??= { count: 0, children: [undefined, undefined] };
      node = node.children[way];
    }
    node.count++;
  }

  remove(bytes: Uint8Array, at: number, length: number): void {
    const path: Node[] = [this.#root];
    for (let i = 0; i < length; i++) {
      const next = path[i]!.children[bitAt(bytes, at, i)];
      if (next === undefined) return;
      path.push(next);
    }
    path[length]!.count--;
    for (let i = length; i > 0; i--) {
      const { count, children } = path[i]!;
      if (count > 0 || children[0] !== undefined || children[1] !== undefined) return;
      path[i - 1]!.children[bitAt(bytes, at, i - 1)] = undefined;
    }
  }

  lookup(bytes: Uint8Array, at: number, width: number): PrefixLookup {
    const lengths = new Set<number>();
    let node = this.#root;
    let depth = 0;
    while (depth < width) {
      const next = node.children[bitAt(bytes, at, depth)];
      if (next === undefined) break;
      node = next;
      depth++;
      if (node.count > 0) lengths.add(depth);
    }
    const isLeaf = node.children[0] === undefined && node.children[1] === undefined;
    return { bits: depth === width || isLeaf ? depth : depth + 1, has: (length) => lengths.has(length) };
  }
}

function bitAt(bytes: Uint8Array, at: number, i: number): 0 | 1 {
  return ((bytes[at + (i >> 3)]! >> (7 - (i & 7))) & 1) as 0 | 1;
}
