import type { Instruction } from "../../isa/instruction.ts";
import type { HostFunction } from "../host-function.ts";
import { TAIL_CALL } from "../link.ts";
import { type Graph, successors } from "./control-flow/graph.ts";
import type { Order } from "./control-flow/order.ts";

/** A set of registers: bit n is Rn. */
export type RegisterSet = number;

/** R0 to R5: a call leaves nothing in them but its result. */
const CLOBBERED: RegisterSet = 0b111111;

/** What an instruction reads and what it overwrites, calls seen as taking `callArguments`. */
export function effectOf(
  instruction: Instruction,
  callArguments: (instruction: Instruction) => RegisterSet,
): { reads: RegisterSet; writes: RegisterSet } {
  const bit = (register: number | null) => (register === null ? 0 : 1 << register);
  switch (instruction.kind) {
    case "alu": {
      const own = instruction.operation === "mov" ? 0 : bit(instruction.dst);
      return { reads: own | bit(instruction.src), writes: bit(instruction.dst) };
    }
    case "negate":
    case "byte-swap":
      return { reads: bit(instruction.dst), writes: bit(instruction.dst) };
    case "move-signed":
    case "address-space-cast":
    case "percpu-address":
    case "load":
    case "load-acquire":
      return { reads: bit(instruction.src), writes: bit(instruction.dst) };
    case "constant":
    case "reference":
      return { reads: 0, writes: bit(instruction.dst) };
    case "store":
    case "store-release":
      return { reads: bit(instruction.dst) | bit(instruction.src), writes: 0 };
    case "atomic": {
      const compares = instruction.operation === "cmpxchg";
      return {
        reads: bit(instruction.dst) | bit(instruction.src) | (compares ? bit(0) : 0),
        writes: compares ? bit(0) : instruction.fetch ? bit(instruction.src) : 0,
      };
    }
    case "packet-load":
      return { reads: bit(6) | bit(instruction.src), writes: CLOBBERED };
    case "branch":
      return { reads: bit(instruction.dst) | bit(instruction.src), writes: 0 };
    case "jump":
    case "may-goto":
      return { reads: 0, writes: 0 };
    case "call-helper":
    case "call-kernel":
    case "call-local":
    case "call-register": {
      const pointer = instruction.kind === "call-register" ? bit(instruction.register) : 0;
      // A tail call that does not happen leaves every register as it is.
      const falls = instruction.kind === "call-helper" && instruction.helper === TAIL_CALL;
      return { reads: callArguments(instruction) | pointer, writes: falls ? 0 : CLOBBERED };
    }
    case "exit":
      return { reads: bit(0), writes: 0 };
  }
}

/** Registers that a host function takes: R1, R2, ... */
export function hostArguments({ parameters }: HostFunction): RegisterSet {
  return ((1 << parameters.length) - 1) << 1;
}

/** Registers whose values a function takes over from its caller. */
export function liveAtEntry(
  program: readonly (Instruction | null)[],
  { blocks }: Graph,
  { sequence, position, predecessors }: Order,
  callArguments: (instruction: Instruction) => RegisterSet,
): RegisterSet {
  const reads = new Int32Array(blocks.length);
  const writes = new Int32Array(blocks.length);
  for (const [i, { start, end }] of blocks.entries())
    for (let slot = end - 1; slot >= start; slot--) {
      const instruction = program[slot];
      if (instruction === null || instruction === undefined) continue;
      const effect = effectOf(instruction, callArguments);
      reads[i] = (reads[i]! & ~effect.writes) | effect.reads;
      writes[i]! |= effect.writes;
    }
  const live = new Int32Array(blocks.length);
  const pending = Array.from(sequence);
  const queued = new Uint8Array(blocks.length).fill(1);
  while (pending.length > 0) {
    const block = pending.pop()!;
    queued[block] = 0;
    let after = 0;
    for (const to of successors(blocks[block]!)) after |= live[to]!;
    const before = (after & ~writes[block]!) | reads[block]!;
    if (before === live[block]) continue;
    live[block] = before;
    for (const from of predecessors[block]!)
      if (queued[from] === 0 && position[from]! >= 0) {
        queued[from] = 1;
        pending.push(from);
      }
  }
  return live[0]!;
}
