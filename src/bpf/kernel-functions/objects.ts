import { peek, pop, push } from "../heap/linked-list.ts";
import type { AllocatedObject, AllocatedType, ObjectHeap } from "../heap/object-heap.ts";
import { add, childOf, first, remove, rootOf } from "../heap/red-black-tree.ts";
import type { HelperMemory } from "../helpers/helper-memory.ts";
import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { kernelFunction } from "./kernel-function.ts";

const HEAD_BYTES = 16;
const LIST_NODE_BYTES = 24;
const TREE_NODE_BYTES = 32;

/** bpf_obj_new for one type, which only the verifier knows. */
export function allocationOf(memory: HelperMemory, type: AllocatedType): HostFunction {
  const [, host] = kernelFunction("bpf_obj_new_impl", "", "unsigned", () => memory.maps.heap.allocate(type));
  return host;
}

/** Objects that programs allocate, and the lists and trees that hold them (kernel/bpf/helpers.c). */
export function objectFunctions(memory: HelperMemory): ReadonlyMap<string, HostFunction> {
  const { heap } = memory.maps;
  const { memory: linear } = memory.machine;
  const object = (what: string, address: number): AllocatedObject =>
    heap.objectAt(address >>> 0) ??
    memory.fault(`${what} is given 0x${(address >>> 0).toString(16)}, which is no object.`);
  return new Map([
    kernelFunction("bpf_obj_drop_impl", "w", "none", (address: number) => {
      heap.drop(object("bpf_obj_drop", address));
    }),
    kernelFunction("bpf_refcount_acquire_impl", "w", "unsigned", (address: number) => {
      const counted = object("bpf_refcount_acquire", address);
      return heap.acquire(counted) ? counted.address : 0;
    }),
    ...listFunctions(memory, heap),
    ...treeFunctions(memory, heap),
    kernelFunction("bpf_rbtree_root", "w", "unsigned", (root: number) =>
      rootOf(linear, memory.within("bpf_rbtree_root", root, HEAD_BYTES)),
    ),
  ]);
}

function listFunctions(memory: HelperMemory, heap: ObjectHeap): [string, HostFunction][] {
  const { memory: linear } = memory.machine;
  const head = (at: number) => memory.within("a list function", at, HEAD_BYTES);
  return (["front", "back"] as const).flatMap((end) => [
    kernelFunction(`bpf_list_push_${end}_impl`, "ww", "signed", (list: number, given: number) => {
      const node = memory.within("a list function", given, LIST_NODE_BYTES);
      return push(linear, head(list), node, end) ? 0 : refuseNode(heap, node);
    }),
    kernelFunction(`bpf_list_pop_${end}`, "w", "unsigned", (list: number) => pop(linear, head(list), end)),
    kernelFunction(`bpf_list_${end}`, "w", "unsigned", (list: number) => peek(linear, head(list), end)),
  ]);
}

function treeFunctions(memory: HelperMemory, heap: ObjectHeap): [string, HostFunction][] {
  const { memory: linear } = memory.machine;
  const root = (at: number) => memory.within("a tree function", at, HEAD_BYTES);
  const node = (at: number) => memory.within("a tree function", at, TREE_NODE_BYTES);
  const what = "bpf_rbtree_add";
  return [
    kernelFunction(
      `${what}_impl`,
      "www",
      "signed",
      (tree: number, given: number, order: number) => {
        const isBefore = (one: number, other: number) =>
          (memory.callback(what, order, BigInt(one), BigInt(other)) & 0xffn) !== 0n;
        return add(linear, root(tree), node(given), isBefore) ? 0 : refuseNode(heap, given >>> 0);
      },
      { reenters: true },
    ),
    kernelFunction("bpf_rbtree_remove", "ww", "unsigned", (tree: number, given: number) =>
      remove(linear, root(tree), node(given)) ? given : 0,
    ),
    kernelFunction("bpf_rbtree_first", "w", "unsigned", (tree: number) => first(linear, root(tree))),
    ...(["left", "right"] as const).map((side) =>
      kernelFunction(`bpf_rbtree_${side}`, "ww", "unsigned", (tree: number, given: number) =>
        childOf(linear, root(tree), node(given), side),
      ),
    ),
  ];
}

/** A node that is somewhere already: who wanted to give its reference away has lost it. */
function refuseNode(heap: ObjectHeap, node: number): number {
  const object = heap.objectAt(node);
  if (object !== undefined) heap.drop(object);
  return -ERRNO.EINVAL;
}
