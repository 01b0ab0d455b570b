import { Block, copy, roundUp8 } from "../block.ts";
import type { MapDefinition } from "../definition.ts";
import { ERRNO } from "../errno.ts";
import { HandledMap } from "../handled-map.ts";
import type { MapPlace } from "../map-place.ts";
import { UPDATE_FLAG } from "../map-type.ts";
import { NONE, TrieNodes } from "./trie-nodes.ts";

/** Bytes of the prefix length in front of a key's data (struct bpf_lpm_trie_key_u8). */
const LENGTH_BYTES = 4;

/**
 * BPF_MAP_TYPE_LPM_TRIE (kernel/bpf/lpm_trie.c): values by prefix; a look-up finds the longest prefix of its key. A key is a
 * prefix length in bits (u32) and data, highest bit first. An update never writes over a value.
 */
export class LpmTrieMap extends HandledMap {
  private root = NONE;
  private entries = 0;
  private readonly bits: number;
  private readonly nodes: TrieNodes;
  /** Data of the key that is being looked at, as nodes have it. */
  private readonly key: Int32Array;
  private readonly blocks: Block[] = [];
  private readonly waiting: number[] = [];

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.bits = (definition.keySize - LENGTH_BYTES) * 8;
    this.nodes = new TrieNodes(Math.ceil(this.bits / 32));
    this.key = new Int32Array(this.nodes.width);
  }

  lookup(key: number): number {
    const { bytes } = this.memory;
    const { bits } = this;
    const length = (bytes[key]! | (bytes[key + 1]! << 8) | (bytes[key + 2]! << 16) | (bytes[key + 3]! << 24)) >>> 0;
    if (length > bits) return 0;
    if (bits === 32) {
      const at = key + LENGTH_BYTES;
      const word = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
      return this.lookupWord(word, length);
    }
    this.read(key);
    const { prefixes, values, children } = this.nodes;
    let found = 0;
    let node = this.root;
    while (node !== NONE) {
      const prefix = prefixes[node]!;
      if (this.common(node, length) < prefix) break;
      if (values[node] !== 0) found = values[node]!;
      if (prefix === bits) break;
      node = children[2 * node + this.keyBit(prefix)]!;
    }
    return found;
  }

  /** `lookup` of keys with 32 bits of data. */
  private lookupWord(word: number, length: number): number {
    const { prefixes, words, values, children } = this.nodes;
    let found = 0;
    let node = this.root;
    while (node !== NONE) {
      const prefix = prefixes[node]!;
      if (length < prefix || Math.clz32(word ^ words[node]!) < prefix) break;
      const value = values[node]!;
      if (value !== 0) found = value;
      if (prefix === 32) break;
      node = children[2 * node + ((word >>> (31 - prefix)) & 1)]!;
    }
    return found;
  }

  override update(key: number, value: number, flags: number): number {
    if (flags >>> 0 > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    const length = this.memory.uint32(key);
    if (length > this.bits) return -ERRNO.EINVAL;
    this.read(key);
    const { nodes } = this;
    let parent = NONE;
    let side = 0;
    let node = this.root;
    let common = 0;
    while (node !== NONE) {
      common = this.common(node, length);
      const prefix = nodes.prefixes[node]!;
      if (prefix !== common || prefix === length || prefix === this.bits) break;
      parent = node;
      side = this.keyBit(prefix);
      node = nodes.children[2 * node + side]!;
    }
    const same = node !== NONE && nodes.prefixes[node] === common && nodes.values[node] !== 0;
    if (same && flags === UPDATE_FLAG.NOEXIST) return -ERRNO.EEXIST;
    if (!same && flags === UPDATE_FLAG.EXIST) return -ERRNO.ENOENT;
    if (!same && this.entries === this.definition.maxEntries) return -ERRNO.ENOSPC;
    const address = this.takeValue();
    if (address === 0) return -ERRNO.ENOMEM;
    if (!same) this.entries++;
    copy(this.memory.bytes, address, value, this.definition.valueSize);
    if (node !== NONE && nodes.prefixes[node] === common) {
      // The place is there: only its value changes.
      if (nodes.values[node] !== 0) this.waiting.push(nodes.values[node]!);
      for (let i = 0; i < nodes.width; i++) nodes.words[node * nodes.width + i] = this.key[i]!;
      nodes.values[node] = address;
      return 0;
    }
    const added = nodes.take(length, this.key, 0, address);
    let top = added;
    if (node !== NONE) {
      if (common === length) nodes.children[2 * added + nodes.bit(node, common)] = node;
      else {
        top = nodes.take(common, nodes.words, node * nodes.width, 0);
        const own = nodes.bit(added, common);
        nodes.children[2 * top + own] = added;
        nodes.children[2 * top + 1 - own] = node;
      }
    }
    this.replace(parent, side, top);
    return 0;
  }

  override delete(key: number): number {
    const length = this.memory.uint32(key);
    if (length > this.bits) return -ERRNO.EINVAL;
    this.read(key);
    const { nodes } = this;
    let above = NONE;
    let parent = NONE;
    let node = this.root;
    while (node !== NONE) {
      const prefix = nodes.prefixes[node]!;
      if (this.common(node, length) !== prefix) return -ERRNO.ENOENT;
      if (prefix === length) break;
      above = parent;
      parent = node;
      node = nodes.children[2 * node + this.keyBit(prefix)]!;
    }
    if (node === NONE || nodes.values[node] === 0) return -ERRNO.ENOENT;
    this.entries--;
    this.waiting.push(nodes.values[node]!);
    const left = nodes.children[2 * node]!;
    const right = nodes.children[2 * node + 1]!;
    if (left !== NONE && right !== NONE) {
      nodes.values[node] = 0;
      return 0;
    }
    const child = left === NONE ? right : left;
    // A parting of which one side is left is none any more.
    if (child === NONE && parent !== NONE && nodes.values[parent] === 0) {
      const other = nodes.children[2 * parent + 1 - this.sideOf(parent, node)]!;
      this.replace(above, this.sideOf(above, parent), other);
      nodes.give(parent);
    } else this.replace(parent, this.sideOf(parent, node), child);
    nodes.give(node);
    return 0;
  }

  /** Longer prefixes come before the shorter ones that hold them. A key that is not there is followed by the first. */
  override nextKey(key: number, next: number): number {
    const length = key === 0 ? Number.POSITIVE_INFINITY : this.memory.uint32(key);
    const way = length > this.bits ? undefined : this.wayTo(key, length);
    const node = way === undefined ? this.firstOf(this.root) : this.following(way);
    if (node === NONE) return -ERRNO.ENOENT;
    const { nodes, memory, bits } = this;
    memory.setUint32(next, nodes.prefixes[node]!);
    for (let i = 0; 8 * i < bits; i++)
      memory.bytes[next + LENGTH_BYTES + i] = nodes.words[node * nodes.width + (i >> 2)]! >>> (24 - 8 * (i & 3));
    return 0;
  }

  override release(): void {
    super.release();
    for (const block of this.blocks) block.release();
  }

  /** Nodes from the root to the one of exactly this prefix; undefined where it has no value. */
  private wayTo(key: number, length: number): number[] | undefined {
    this.read(key);
    const { prefixes, values, children } = this.nodes;
    const way: number[] = [];
    for (let node = this.root; node !== NONE; ) {
      way.push(node);
      const prefix = prefixes[node]!;
      if (this.common(node, length) !== prefix) return undefined;
      if (prefix === length) return values[node] === 0 ? undefined : way;
      node = children[2 * node + this.keyBit(prefix)]!;
    }
    return undefined;
  }

  /** First prefix below a node as the kernel finds it. */
  private firstOf(root: number): number {
    const { values, children } = this.nodes;
    let found = NONE;
    for (let node = root; node !== NONE; ) {
      if (values[node] !== 0) found = node;
      const left = children[2 * node]!;
      node = values[node] === 0 || left !== NONE ? left : children[2 * node + 1]!;
    }
    return found;
  }

  /** The prefix behind the last node of a way from the root. */
  private following(way: readonly number[]): number {
    const { values, children } = this.nodes;
    for (let i = way.length - 1; i > 0; i--) {
      const parent = way[i - 1]!;
      const right = children[2 * parent + 1]!;
      if (children[2 * parent] === way[i] && right !== NONE) return this.firstOf(right);
      if (values[parent] !== 0) return parent;
    }
    return NONE;
  }

  private replace(parent: number, side: number, node: number): void {
    if (parent === NONE) this.root = node;
    else this.nodes.children[2 * parent + side] = node;
  }

  /** On which side of its parent a node is. */
  private sideOf(parent: number, node: number): number {
    return parent !== NONE && this.nodes.children[2 * parent] !== node ? 1 : 0;
  }

  /** Takes the data of the key at an address. */
  private read(key: number): void {
    const { bytes } = this.memory;
    const end = key + this.definition.keySize;
    for (let i = 0, at = key + LENGTH_BYTES; i < this.key.length; i++, at += 4) {
      let word = 0;
      for (let byte = 0; byte < 4; byte++) word = (word << 8) | (at + byte < end ? bytes[at + byte]! : 0);
      this.key[i] = word;
    }
  }

  private keyBit(index: number): number {
    return (this.key[index >> 5]! >>> (31 - (index & 31))) & 1;
  }

  /** Bits that a node and the key have in common, at most the prefix of either. */
  private common(node: number, length: number): number {
    const { prefixes, words, width } = this.nodes;
    const limit = Math.min(prefixes[node]!, length);
    const base = node * width;
    for (let i = 0; 32 * i < limit; i++) {
      const differing = words[base + i]! ^ this.key[i]!;
      if (differing !== 0) return Math.min(limit, 32 * i + Math.clz32(differing));
    }
    return limit;
  }

  /** Values are reserved as they are needed, ever more at a time; 0: there is no memory. */
  private takeValue(): number {
    const again = this.waiting.pop();
    if (again !== undefined) return again;
    const stride = roundUp8(this.definition.valueSize);
    const count = Math.max(8, 2 ** this.blocks.length);
    try {
      const block = Block.ofValues(this.place.machine, count * stride, this.definition.flags);
      this.blocks.push(block);
      for (let i = count - 1; i > 0; i--) this.waiting.push(block.address + i * stride);
      return block.address;
    } catch (error) {
      if (error instanceof RangeError) return 0;
      throw error;
    }
  }
}
