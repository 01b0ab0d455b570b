/** No node. */
export const NONE = -1;

/** Nodes that there is room for at first. */
const FIRST = 16;

/**
 * The nodes of a trie of prefixes, numbered from 0, in flat arrays. A node is a prefix, or (`values` 0) a place where two prefixes
 * part, which has both children.
 */
export class TrieNodes {
  /** Words of a prefix's data. */
  readonly width: number;
  /** Bits of data that count. */
  prefixes = new Int32Array(FIRST);
  /** Data of each node as words of 32 bits, the first bit highest. */
  words: Int32Array<ArrayBuffer>;
  /** Address of the value; 0: none. */
  values = new Uint32Array(FIRST);
  /** Two a node, by the bit behind the prefix. */
  children = new Int32Array(2 * FIRST);
  private used = 0;
  private readonly waiting: number[] = [];

  /** @param width words of a prefix's data. */
  constructor(width: number) {
    this.width = width;
    this.words = new Int32Array(width * FIRST);
  }

  /** A node without children. */
  take(prefix: number, words: ArrayLike<number>, from: number, value: number): number {
    const node = this.waiting.pop() ?? this.used++;
    if (node >= this.prefixes.length) this.grow();
    this.prefixes[node] = prefix;
    for (let i = 0; i < this.width; i++) this.words[node * this.width + i] = words[from + i]!;
    this.values[node] = value;
    this.children[2 * node] = NONE;
    this.children[2 * node + 1] = NONE;
    return node;
  }

  give(node: number): void {
    this.waiting.push(node);
  }

  /** The bit of a node's data at an index. */
  bit(node: number, index: number): number {
    return (this.words[node * this.width + (index >> 5)]! >>> (31 - (index & 31))) & 1;
  }

  private grow(): void {
    this.prefixes = grown(this.prefixes);
    this.words = grown(this.words);
    const values = new Uint32Array(2 * this.values.length);
    values.set(this.values);
    this.values = values;
    this.children = grown(this.children);
  }
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
