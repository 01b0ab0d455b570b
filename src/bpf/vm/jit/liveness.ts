import type { Instruction } from "../../isa/instruction.ts";
import { definedRegister } from "../defined-register.ts";
import type { HostFunction } from "../host-function.ts";
import { type Graph, successors } from "./control-flow/graph.ts";
import type { Order } from "./control-flow/order.ts";
import type { RegisterSet } from "./register-set.ts";
import { upperHalvesBefore } from "./upper-halves.ts";

/** Registers that an instruction reads; `callArguments` says which of them calls take. */
export function registersRead(
  instruction: Instruction,
  callArguments: (instruction: Instruction) => RegisterSet,
): RegisterSet {
  const bit = (register: number | null) => (register === null ? 0 : 1 << register);
  switch (instruction.kind) {
    case "alu":
      return (instruction.operation === "mov" ? 0 : bit(instruction.dst)) | bit(instruction.src);
    case "negate":
    case "byte-swap":
      return bit(instruction.dst);
    case "move-signed":
    case "address-space-cast":
    case "percpu-address":
    case "load":
    case "load-acquire":
      return bit(instruction.src);
    case "store":
    case "store-release":
    case "branch":
      return bit(instruction.dst) | bit(instruction.src);
    case "atomic":
      return bit(instruction.dst) | bit(instruction.src) | (instruction.operation === "cmpxchg" ? bit(0) : 0);
    case "packet-load":
      return bit(6) | bit(instruction.src);
    case "call-helper":
    case "call-kernel":
    case "call-local":
      return callArguments(instruction);
    case "call-register":
      return callArguments(instruction) | bit(instruction.register);
    case "exit":
      return bit(0);
    case "constant":
    case "reference":
    case "jump":
    case "may-goto":
      return 0;
  }
}

/** Registers that a host function takes: R1, R2, ... */
export function hostArguments({ parameters }: HostFunction): RegisterSet {
  return ((1 << parameters.length) - 1) << 1;
}

/** Those of them that it takes whole. */
export function wholeHostArguments({ parameters }: HostFunction): RegisterSet {
  return parameters.reduce((set, kind, i) => (kind === "i64" ? set | (1 << (i + 1)) : set), 0);
}

/** How a program's calls take their arguments: in which registers, and whose upper halves they look at. */
export interface CallArguments {
  taken(instruction: Instruction): RegisterSet;
  whole(instruction: Instruction): RegisterSet;
}

/** What is looked at after a point: values, and upper halves of values. */
export interface Live {
  /** For each block the registers whose values matter where it begins. */
  readonly values: Int32Array;
  /** Those whose upper halves matter. */
  readonly upperHalves: Int32Array;
}

/** Goes backwards through a function until nothing changes. */
export function findLive(
  instructions: readonly (Instruction | null)[],
  { blocks }: Graph,
  { sequence, predecessors }: Order,
  calls: CallArguments,
): Live {
  const values = new Int32Array(blocks.length);
  const upperHalves = new Int32Array(blocks.length);
  const pending = Array.from(sequence);
  const queued = new Uint8Array(blocks.length).fill(1);
  const visited = new Uint8Array(blocks.length);
  while (pending.length > 0) {
    const block = pending.pop()!;
    queued[block] = 0;
    const { start, end } = blocks[block]!;
    let live = 0;
    let halves = 0;
    for (const to of successors(blocks[block]!)) {
      live |= values[to]!;
      halves |= upperHalves[to]!;
    }
    for (let slot = end - 1; slot >= start; slot--) {
      const instruction = instructions[slot] ?? null;
      if (instruction === null) continue;
      const defined = definedRegister(instruction);
      if (defined >= 0) live &= ~(1 << defined);
      live |= registersRead(instruction, calls.taken);
      halves = upperHalvesBefore(instruction, halves, calls.whole);
    }
    if (visited[block] === 1 && live === values[block] && halves === upperHalves[block]) continue;
    visited[block] = 1;
    values[block] = live;
    upperHalves[block] = halves;
    for (const from of predecessors[block]!)
      if (queued[from] === 0) {
        queued[from] = 1;
        pending.push(from);
      }
  }
  return { values, upperHalves };
}
