import type { LinearMemory } from "../vm/memory.ts";

/*
 * Lists of objects as struct bpf_list_head and bpf_list_node hold them (kernel/bpf/helpers.c):
 *
 *     head:  next u64  prev u64          0 until the list is used for the first time
 *     node:  next u64  prev u64  owner u64 (the head; 0: in no list)
 */
const NEXT = 0;
const PREVIOUS = 8;
const OWNER = 16;

const point = (memory: LinearMemory, at: number, to: number): void => {
  memory.setUint32(at, to);
  memory.setUint32(at + 4, 0);
};

/** Puts a node in, at an end. Returns false where it is in a list already. */
export function push(memory: LinearMemory, head: number, node: number, end: "front" | "back"): boolean {
  if (memory.uint32(node + OWNER) !== 0) return false;
  if (memory.uint32(head + NEXT) === 0) {
    point(memory, head + NEXT, head);
    point(memory, head + PREVIOUS, head);
  }
  const before = end === "front" ? head : memory.uint32(head + PREVIOUS);
  const after = memory.uint32(before + NEXT);
  point(memory, node + NEXT, after);
  point(memory, node + PREVIOUS, before);
  point(memory, after + PREVIOUS, node);
  point(memory, before + NEXT, node);
  point(memory, node + OWNER, head);
  return true;
}

/** The node at an end; 0: the list is empty. */
export function peek(memory: LinearMemory, head: number, end: "front" | "back"): number {
  const node = memory.uint32(head + (end === "front" ? NEXT : PREVIOUS));
  return node === head ? 0 : node;
}

/** Takes the node at an end out; 0: the list is empty. */
export function pop(memory: LinearMemory, head: number, end: "front" | "back"): number {
  const node = peek(memory, head, end);
  if (node === 0) return 0;
  const [before, after] = [memory.uint32(node + PREVIOUS), memory.uint32(node + NEXT)];
  point(memory, before + NEXT, after);
  point(memory, after + PREVIOUS, before);
  point(memory, node + NEXT, node);
  point(memory, node + PREVIOUS, node);
  point(memory, node + OWNER, 0);
  return node;
}

/** Empties the list. Nodes keep what they say of it, as they are about to go (bpf_list_head_free). */
export function takeAll(memory: LinearMemory, head: number): number[] {
  const nodes: number[] = [];
  for (let node = memory.uint32(head + NEXT); node !== 0 && node !== head; node = memory.uint32(node + NEXT))
    nodes.push(node);
  point(memory, head + NEXT, head);
  point(memory, head + PREVIOUS, head);
  return nodes;
}
