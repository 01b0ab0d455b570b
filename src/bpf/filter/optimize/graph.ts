import type { Block, Edge } from "../ir/block.ts";
import { reads, writes } from "./atoms.ts";
import { BitSets } from "./bit-sets.ts";

/** A graph of blocks and what is found out about it. */
export class Graph {
  root: Block;
  /** All blocks that could be reached at first, numbered from the root, what a true condition leads to first. */
  readonly blocks: readonly Block[];
  /** The true edges of the blocks, then their false ones. */
  readonly edges: readonly Edge[];
  /** Blocks by the length of the longest way to a return. In each level, what was found last comes first. */
  levels: Block[][] = [];
  /** For each block, those on every way to it, itself included. */
  readonly dominators: BitSets;
  /** For each edge, those on every way over it, itself included. */
  readonly edgeDominators: BitSets;

  constructor(root: Block) {
    this.root = root;
    this.blocks = numbered(root);
    const count = this.blocks.length;
    this.edges = [...this.blocks.map((block) => block.whenTrue), ...this.blocks.map((block) => block.whenFalse)];
    for (const [id, edge] of this.edges.entries()) edge.id = id;
    this.dominators = new BitSets(count, count);
    this.edgeDominators = new BitSets(2 * count, 2 * count);
  }

  /** Finds out everything anew. */
  analyse(): void {
    this.#findLevels();
    this.#findDominators();
    this.#findUses();
    this.#findEdgeDominators();
  }

  /** Blocks from the root downwards. */
  *downwards(): Iterable<Block> {
    for (let level = this.levels.length - 1; level >= 0; level--) yield* this.levels[level]!;
  }

  /** Blocks other than returns, from those nearest to a return upwards. */
  *upwards(): Iterable<Block> {
    for (let level = 1; level < this.levels.length; level++) yield* this.levels[level]!;
  }

  /** Notes at each block the edges that lead to it. */
  findIncoming(): void {
    for (const block of this.blocks) block.incoming = [];
    for (const block of this.downwards()) {
      block.whenTrue.to?.incoming.push(block.whenTrue);
      block.whenFalse.to?.incoming.push(block.whenFalse);
    }
  }

  #findLevels(): void {
    const levels: Block[][] = [];
    for (const block of childrenFirst(this.root)) {
      const { to: yes } = block.whenTrue;
      const { to: no } = block.whenFalse;
      block.level = yes === undefined || no === undefined ? 0 : Math.max(yes.level, no.level) + 1;
      levels[block.level] ??= [];
      levels[block.level]!.push(block);
    }
    for (const level of levels) level.reverse();
    this.levels = levels;
  }

  #findDominators(): void {
    const { dominators } = this;
    dominators.fill();
    dominators.clear(this.root.id);
    for (const block of this.downwards()) {
      dominators.add(block.id, block.id);
      const { to: yes } = block.whenTrue;
      const { to: no } = block.whenFalse;
      if (yes === undefined || no === undefined) continue;
      dominators.intersect(yes.id, block.id);
      dominators.intersect(no.id, block.id);
    }
  }

  #findEdgeDominators(): void {
    const { edgeDominators } = this;
    edgeDominators.fill();
    edgeDominators.clear(this.root.whenTrue.id);
    edgeDominators.clear(this.root.whenFalse.id);
    for (const block of this.downwards())
      for (const edge of [block.whenTrue, block.whenFalse]) {
        edgeDominators.add(edge.id, edge.id);
        if (edge.to === undefined) continue;
        edgeDominators.intersect(edge.to.whenTrue.id, edge.id);
        edgeDominators.intersect(edge.to.whenFalse.id, edge.id);
      }
  }

  #findUses(): void {
    for (const block of this.downwards()) {
      findLocalUses(block);
      block.usedAfter = 0;
    }
    for (const block of this.upwards()) {
      block.usedAfter |= block.whenTrue.to!.used | block.whenFalse.to!.used;
      block.used |= block.usedAfter & ~block.killed;
    }
  }
}

/** What a block reads before it writes it, and the other way round. */
function findLocalUses(block: Block): void {
  let defined = 0;
  let used = 0;
  let killed = 0;
  for (const statement of block.statements) {
    used |= reads(statement) & ~defined;
    const atom = writes(statement);
    if (atom < 0) continue;
    if ((used & (1 << atom)) === 0) killed |= 1 << atom;
    defined |= 1 << atom;
  }
  if (!block.isReturn) used |= reads(block) & ~defined;
  block.killed = killed;
  block.used = used;
}

/** Blocks that can be reached, each before those it leads to; what a true condition leads to comes first. */
function numbered(root: Block): Block[] {
  const blocks: Block[] = [];
  const seen = new Set<Block>();
  const waiting = [root];
  for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
    if (seen.has(block)) continue;
    seen.add(block);
    block.id = blocks.length;
    blocks.push(block);
    if (block.whenFalse.to !== undefined) waiting.push(block.whenFalse.to);
    if (block.whenTrue.to !== undefined) waiting.push(block.whenTrue.to);
  }
  return blocks;
}

/** Blocks that can be reached, each after those it leads to. */
export function childrenFirst(root: Block, falseFirst = false): Block[] {
  const blocks: Block[] = [];
  const seen = new Set<Block>();
  const open: { block: Block; left: Block[] }[] = [];
  const enter = (block: Block) => {
    if (seen.has(block)) return;
    seen.add(block);
    const children = [block.whenTrue.to, block.whenFalse.to].filter((child) => child !== undefined);
    open.push({ block, left: falseFirst ? children : children.reverse() });
  };
  enter(root);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.left.pop();
    if (next !== undefined) enter(next);
    else {
      blocks.push(top.block);
      open.pop();
    }
  }
  return blocks;
}
