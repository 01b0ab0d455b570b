import { Block, copy, roundUp8 } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import type { MapPlace } from "./map-place.ts";
import { UPDATE_FLAG } from "./map-type.ts";

/** A prefix, or (`value` 0) a place where two prefixes part, which has both children. */
interface Node {
  /** Bits of `data` that count. */
  readonly prefix: number;
  readonly data: Uint8Array;
  /** Address of the value; 0: none. */
  readonly value: number;
  readonly children: [Node | undefined, Node | undefined];
}

/** Bytes of the prefix length in front of a key's data (struct bpf_lpm_trie_key_u8). */
const LENGTH_BYTES = 4;

/**
 * BPF_MAP_TYPE_LPM_TRIE (kernel/bpf/lpm_trie.c): values by prefix; a look-up finds the longest prefix of its key. A key is a
 * prefix length in bits (u32) and data, highest bit first. An update never writes over a value.
 */
export class LpmTrieMap extends HandledMap {
  private root: Node | undefined;
  private entries = 0;
  private readonly bits: number;
  private readonly blocks: Block[] = [];
  private readonly waiting: number[] = [];

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.bits = (definition.keySize - LENGTH_BYTES) * 8;
  }

  lookup(key: number): number {
    const prefix = this.memory.uint32(key);
    if (prefix > this.bits) return 0;
    let found = 0;
    let node = this.root;
    while (node !== undefined) {
      const common = this.common(node, key, prefix);
      if (common < node.prefix) break;
      if (node.value !== 0) found = node.value;
      if (common === this.bits) break;
      node = node.children[this.bitOf(key, node.prefix)];
    }
    return found;
  }

  override update(key: number, value: number, flags: number): number {
    if (flags >>> 0 > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    const prefix = this.memory.uint32(key);
    if (prefix > this.bits) return -ERRNO.EINVAL;
    let parent: Node | undefined;
    let side: 0 | 1 = 0;
    let node = this.root;
    let common = 0;
    while (node !== undefined) {
      common = this.common(node, key, prefix);
      if (node.prefix !== common || node.prefix === prefix || node.prefix === this.bits) break;
      parent = node;
      side = this.bitOf(key, node.prefix);
      node = node.children[side];
    }
    const same = node !== undefined && node.prefix === common && node.value !== 0;
    if (same && flags === UPDATE_FLAG.NOEXIST) return -ERRNO.EEXIST;
    if (!same && flags === UPDATE_FLAG.EXIST) return -ERRNO.ENOENT;
    if (!same && this.entries === this.definition.maxEntries) return -ERRNO.ENOSPC;
    const address = this.takeValue();
    if (address === 0) return -ERRNO.ENOMEM;
    if (!same) this.entries++;
    const { bytes } = this.memory;
    copy(bytes, address, value, this.definition.valueSize);
    const data = bytes.slice(key + LENGTH_BYTES, key + this.definition.keySize);
    const added: Node = { prefix, data, value: address, children: [undefined, undefined] };
    let top = added;
    if (node !== undefined) {
      if (node.prefix === common) {
        added.children[0] = node.children[0];
        added.children[1] = node.children[1];
        if (node.value !== 0) this.waiting.push(node.value);
      } else if (common === prefix) added.children[bit(node.data, common)] = node;
      else {
        top = { prefix: common, data: node.data.slice(), value: 0, children: [undefined, undefined] };
        top.children[bit(data, common)] = added;
        top.children[1 - bit(data, common)] = node;
      }
    }
    this.replace(parent, side, top);
    return 0;
  }

  override delete(key: number): number {
    const prefix = this.memory.uint32(key);
    if (prefix > this.bits) return -ERRNO.EINVAL;
    const way = this.wayTo(key, prefix);
    const node = way?.at(-1);
    if (way === undefined || node === undefined) return -ERRNO.ENOENT;
    const parent = way.at(-2);
    const [left, right] = node.children;
    this.entries--;
    this.waiting.push(node.value);
    if (left !== undefined && right !== undefined) {
      this.replace(parent, sideOf(parent, node), { ...node, value: 0 });
      return 0;
    }
    const child = left ?? right;
    // A parting of which one side is left is none any more.
    if (child === undefined && parent !== undefined && parent.value === 0) {
      const other = parent.children[1 - sideOf(parent, node)];
      const above = way.at(-3);
      this.replace(above, sideOf(above, parent), other);
    } else this.replace(parent, sideOf(parent, node), child);
    return 0;
  }

  /** Longer prefixes come before the shorter ones that hold them. A key that is not there is followed by the first. */
  override nextKey(key: number, next: number): number {
    const prefix = key === 0 ? Number.POSITIVE_INFINITY : this.memory.uint32(key);
    const way = prefix > this.bits ? undefined : this.wayTo(key, prefix);
    const node = way === undefined ? firstOf(this.root) : following(way);
    if (node === undefined) return -ERRNO.ENOENT;
    this.memory.setUint32(next, node.prefix);
    this.memory.bytes.set(node.data, next + LENGTH_BYTES);
    return 0;
  }

  override release(): void {
    super.release();
    for (const block of this.blocks) block.release();
  }

  /** Nodes from the root to the one of exactly this prefix; undefined where it has no value. */
  private wayTo(key: number, prefix: number): Node[] | undefined {
    const way: Node[] = [];
    let node = this.root;
    while (node !== undefined) {
      way.push(node);
      const common = this.common(node, key, prefix);
      if (common !== node.prefix) return undefined;
      if (node.prefix === prefix) return node.value === 0 ? undefined : way;
      node = node.children[this.bitOf(key, node.prefix)];
    }
    return undefined;
  }

  private replace(parent: Node | undefined, side: number, node: Node | undefined): void {
    if (parent === undefined) this.root = node;
    else parent.children[side] = node;
  }

  /** Bits that a node and a key have in common, at most the prefix of either. */
  private common({ data, prefix: own }: Node, key: number, prefix: number): number {
    const { bytes } = this.memory;
    const limit = Math.min(own, prefix);
    for (let i = 0; 8 * i < limit; i++) {
      const differing = data[i]! ^ bytes[key + LENGTH_BYTES + i]!;
      if (differing !== 0) return Math.min(limit, 8 * i + Math.clz32(differing) - 24);
    }
    return limit;
  }

  private bitOf(key: number, index: number): 0 | 1 {
    return ((this.memory.bytes[key + LENGTH_BYTES + (index >> 3)]! >> (7 - (index & 7))) & 1) as 0 | 1;
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

function bit(data: Uint8Array, index: number): 0 | 1 {
  return ((data[index >> 3]! >> (7 - (index & 7))) & 1) as 0 | 1;
}

/** On which side of its parent a node is. */
const sideOf = (parent: Node | undefined, node: Node): 0 | 1 => (parent?.children[0] === node ? 0 : 1);

/** First prefix below a node as the kernel finds it. */
function firstOf(root: Node | undefined): Node | undefined {
  let found: Node | undefined;
  for (let node = root; node !== undefined; ) {
    if (node.value !== 0) found = node;
    node = node.value === 0 ? node.children[0] : (node.children[0] ?? node.children[1]);
  }
  return found;
}

/** The prefix behind the last node of a way from the root. */
function following(way: readonly Node[]): Node | undefined {
  for (let i = way.length - 1; i > 0; i--) {
    const parent = way[i - 1]!;
    if (parent.children[0] === way[i] && parent.children[1] !== undefined) return firstOf(parent.children[1]);
    if (parent.value !== 0) return parent;
  }
  return undefined;
}
