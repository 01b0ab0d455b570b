import type { LinearMemory } from "../vm/memory.ts";

/*
 * Trees of objects as struct bpf_rb_root and bpf_rb_node hold them. Programs can look at the shape of a tree
 * (bpf_rbtree_root, _left, _right), so that it is balanced exactly as lib/rbtree.c does.
 *
 *     root:  node u64  leftmost u64
 *     node:  parent u64, bit 0 set where it is black  right u64  left u64  owner u64 (the root; 0: in no tree)
 */
const LEFTMOST = 8;
const RIGHT = 8;
const LEFT = 16;
const OWNER = 24;
const BLACK = 1;

type Side = typeof LEFT | typeof RIGHT;
const across = (side: Side): Side => (side === LEFT ? RIGHT : LEFT);

/** A tree at its place in memory. */
class Tree {
  private readonly memory: LinearMemory;
  private readonly at: number;

  constructor(memory: LinearMemory, at: number) {
    this.memory = memory;
    this.at = at;
  }

  get root(): number {
    return this.memory.uint32(this.at);
  }

  get leftmost(): number {
    return this.memory.uint32(this.at + LEFTMOST);
  }

  set leftmost(node: number) {
    this.point(this.at + LEFTMOST, node);
  }

  point(at: number, to: number): void {
    this.memory.setUint32(at, to);
    this.memory.setUint32(at + 4, 0);
  }

  child(node: number, side: Side): number {
    return this.memory.uint32(node + side);
  }

  setChild(node: number, side: Side, child: number): void {
    this.point(node + side, child);
  }

  parent(node: number): number {
    return (this.memory.uint32(node) & ~BLACK) >>> 0;
  }

  isBlack(node: number): boolean {
    return node === 0 || (this.memory.uint32(node) & BLACK) !== 0;
  }

  set(node: number, parent: number, black: boolean): void {
    this.point(node, (parent | (black ? BLACK : 0)) >>> 0);
  }

  paint(node: number, black: boolean): void {
    this.set(node, this.parent(node), black);
  }

  sideOf(node: number, parent: number): Side {
    return this.child(parent, LEFT) === node ? LEFT : RIGHT;
  }

  /** Puts another node, or none, where one is. */
  replace(node: number, parent: number, other: number): void {
    if (parent === 0) this.point(this.at, other);
    else this.setChild(parent, this.sideOf(node, parent), other);
  }

  /** A node goes down to a side, and its child of the other side takes its place. Colours stay where the nodes are. */
  rotate(node: number, side: Side): void {
    const up = this.child(node, across(side));
    const inner = this.child(up, side);
    const parent = this.parent(node);
    this.setChild(node, across(side), inner);
    if (inner !== 0) this.set(inner, node, this.isBlack(inner));
    this.replace(node, parent, up);
    this.set(up, parent, this.isBlack(up));
    this.setChild(up, side, node);
    this.set(node, up, this.isBlack(node));
  }

  /** No red node has a red parent (rb_insert_color). */
  balanceAfterInsertion(inserted: number): void {
    let node = inserted;
    for (;;) {
      const parent = this.parent(node);
      if (parent === 0) {
        this.set(node, 0, true);
        return;
      }
      if (this.isBlack(parent)) return;
      const grandparent = this.parent(parent);
      const side = this.sideOf(parent, grandparent);
      const uncle = this.child(grandparent, across(side));
      if (!this.isBlack(uncle)) {
        this.paint(uncle, true);
        this.paint(parent, true);
        this.paint(grandparent, false);
        node = grandparent;
        continue;
      }
      let top = parent;
      if (this.child(parent, across(side)) === node) {
        this.rotate(parent, side);
        top = node;
      }
      this.paint(top, true);
      this.paint(grandparent, false);
      this.rotate(grandparent, across(side));
      return;
    }
  }

  /** All ways down have as many black nodes: one is missing below `parent`, where `from` is (____rb_erase_color). */
  balanceAfterRemoval(from: number, below: number, side: Side): void {
    let node = from;
    let parent = below;
    let at = side;
    while (parent !== 0 && this.isBlack(node)) {
      let sibling = this.child(parent, across(at));
      if (!this.isBlack(sibling)) {
        this.paint(sibling, true);
        this.paint(parent, false);
        this.rotate(parent, at);
        sibling = this.child(parent, across(at));
      }
      if (this.isBlack(this.child(sibling, across(at)))) {
        if (this.isBlack(this.child(sibling, at))) {
          this.paint(sibling, false);
          node = parent;
          parent = this.parent(node);
          if (parent !== 0) at = this.sideOf(node, parent);
          continue;
        }
        this.paint(this.child(sibling, at), true);
        this.paint(sibling, false);
        this.rotate(sibling, across(at));
        sibling = this.child(parent, across(at));
      }
      this.paint(sibling, this.isBlack(parent));
      this.paint(parent, true);
      this.paint(this.child(sibling, across(at)), true);
      this.rotate(parent, at);
      return;
    }
    if (node !== 0) this.paint(node, true);
  }

  remove(node: number): void {
    if (this.leftmost === node) this.leftmost = this.next(node);
    const [left, right] = [this.child(node, LEFT), this.child(node, RIGHT)];
    if (left !== 0 && right !== 0) this.takePlaceOf(node, left, right);
    else {
      const child = left === 0 ? right : left;
      const parent = this.parent(node);
      const side = parent === 0 ? LEFT : this.sideOf(node, parent);
      this.replace(node, parent, child);
      if (child !== 0) this.set(child, parent, this.isBlack(child));
      if (this.isBlack(node)) this.balanceAfterRemoval(child, parent, side);
    }
  }

  /** The one behind a node with two children gets its place and its colour. */
  private takePlaceOf(node: number, left: number, right: number): void {
    let successor = right;
    while (this.child(successor, LEFT) !== 0) successor = this.child(successor, LEFT);
    const isBlack = this.isBlack(successor);
    const child = this.child(successor, RIGHT);
    let parent = this.parent(successor);
    const side = parent === node ? RIGHT : LEFT;
    if (parent === node) parent = successor;
    else {
      this.setChild(parent, LEFT, child);
      if (child !== 0) this.set(child, parent, this.isBlack(child));
      this.setChild(successor, RIGHT, right);
      this.set(right, successor, this.isBlack(right));
    }
    this.replace(node, this.parent(node), successor);
    this.set(successor, this.parent(node), this.isBlack(node));
    this.setChild(successor, LEFT, left);
    this.set(left, successor, this.isBlack(left));
    if (isBlack) this.balanceAfterRemoval(child, parent, side);
  }

  private next(node: number): number {
    let at = this.child(node, RIGHT);
    if (at === 0) return this.parent(node);
    while (this.child(at, LEFT) !== 0) at = this.child(at, LEFT);
    return at;
  }
}

/**
 * Puts a node in, behind those that it is not before. Returns false where it is in a tree already.
 * @param isBefore of two nodes.
 */
export function add(
  memory: LinearMemory,
  root: number,
  node: number,
  isBefore: (node: number, other: number) => boolean,
): boolean {
  if (memory.uint32(node + OWNER) !== 0) return false;
  const tree = new Tree(memory, root);
  let parent = 0;
  let side: Side = LEFT;
  let isLeftmost = true;
  for (let at = tree.root; at !== 0; at = tree.child(parent, side)) {
    parent = at;
    side = isBefore(node, parent) ? LEFT : RIGHT;
    if (side === RIGHT) isLeftmost = false;
  }
  tree.set(node, parent, false);
  tree.setChild(node, LEFT, 0);
  tree.setChild(node, RIGHT, 0);
  if (parent === 0) tree.point(root, node);
  else tree.setChild(parent, side, node);
  if (isLeftmost) tree.leftmost = node;
  tree.balanceAfterInsertion(node);
  tree.point(node + OWNER, root);
  return true;
}

/** Takes a node out. Returns false where it is not in that tree. */
export function remove(memory: LinearMemory, root: number, node: number): boolean {
  if (memory.uint32(node + OWNER) !== root) return false;
  const tree = new Tree(memory, root);
  tree.remove(node);
  // RB_CLEAR_NODE: in no tree, a node is its own parent.
  tree.point(node, node);
  tree.point(node + OWNER, 0);
  return true;
}

/** 0: the tree is empty. */
export const first = (memory: LinearMemory, root: number): number => memory.uint32(root + LEFTMOST);

export const rootOf = (memory: LinearMemory, root: number): number => memory.uint32(root);

/** 0: there is none, or the node is not in that tree. */
export function childOf(memory: LinearMemory, root: number, node: number, side: "left" | "right"): number {
  return memory.uint32(node + OWNER) === root ? memory.uint32(node + (side === "left" ? LEFT : RIGHT)) : 0;
}

/** Empties the tree. Nodes keep what they say of it, as they are about to go (bpf_rb_root_free); children come before parents. */
export function takeAll(memory: LinearMemory, root: number): number[] {
  const nodes: number[] = [];
  const visit = (node: number): void => {
    if (node === 0) return;
    visit(memory.uint32(node + LEFT));
    visit(memory.uint32(node + RIGHT));
    nodes.push(node);
  };
  visit(memory.uint32(root));
  memory.bytes.fill(0, root, root + LEFTMOST + 8);
  return nodes;
}
