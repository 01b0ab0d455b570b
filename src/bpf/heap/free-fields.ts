import type { ValueField } from "../maps/definition.ts";
import { takeAll as takeList } from "./linked-list.ts";
import type { ObjectHeap } from "./object-heap.ts";
import { takeAll as takeTree } from "./red-black-tree.ts";

/**
 * Gives back what the parts of a map's value, or of an allocated object, hold (bpf_obj_free_fields): objects that are pointed to, and
 * all nodes of lists and trees. Timers and workqueues are whose they are.
 */
export function freeFields(heap: ObjectHeap, fields: readonly ValueField[], value: number): void {
  const { memory } = heap;
  const drop = (address: number): void => {
    const object = heap.objectAt(address);
    // What is the kernel's own stays as long as the machine.
    if (object !== undefined) heap.drop(object);
  };
  for (const { kind, offset, size, pointer } of fields) {
    const at = value + offset;
    if (kind === "list") for (const node of takeList(memory, at)) drop(node);
    else if (kind === "tree") for (const node of takeTree(memory, at)) drop(node);
    else if (kind === "kptr") {
      const held = memory.uint32(at);
      memory.bytes.fill(0, at, at + size);
      if (held !== 0 && (pointer?.kind === "referenced" || pointer?.kind === "percpu")) drop(held);
    }
  }
}
