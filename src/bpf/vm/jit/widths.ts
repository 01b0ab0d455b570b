import type { Instruction } from "../../isa/instruction.ts";
import type { LinkedProgram } from "../link.ts";
import { type Graph, successors } from "./control-flow/graph.ts";
import type { Order } from "./control-flow/order.ts";
import { clearsUpperHalf, definedRegister } from "./definitions.ts";
import { effectOf, type RegisterSet } from "./liveness.ts";
import { upperHalvesBefore } from "./upper-halves.ts";

/**
 * Which values are kept in 32 bits: those whose upper half nothing looks at (pointers, most of all), and those whose upper half
 * is 0 wherever they come from. That saves the instructions between registers of 64 bits and addresses of 32.
 */
export interface Widths {
  /** Registers that are narrow where a block begins. */
  narrowAtStart(block: number): RegisterSet;
  /** Is the value narrow that the instruction in a slot gives a register? */
  isNarrow(slot: number): boolean;
}

/** Everything is kept in 64 bits. */
export const ALL_WIDE: Widths = { narrowAtStart: () => 0, isNarrow: () => false };

/** How calls take their arguments: whose values, and whose upper halves. */
export interface CallArguments {
  taken(instruction: Instruction): RegisterSet;
  whole(instruction: Instruction): RegisterSet;
}

const REGISTERS = 10;

/**
 * A value flows from the instructions that give it to all places that may see it; what flows together (a web) has one
 * width. @param narrowParameters registers whose upper halves are 0 where the function begins.
 */
export function findWidths(
  program: LinkedProgram,
  graph: Graph,
  order: Order,
  calls: CallArguments,
  narrowParameters: RegisterSet,
): Widths {
  const { instructions } = program;
  const { blocks } = graph;
  const { live, upper } = solve(instructions, graph, order, calls);
  const webs = new Webs(2 * REGISTERS * blocks.length);
  const start = (block: number, register: number) => 2 * REGISTERS * block + register;
  const end = (block: number, register: number) => start(block, register) + REGISTERS;
  /** For each slot whether its value, taken by itself, can be narrow. */
  const narrow = new Uint8Array(instructions.length);
  /** For a slot that gives a register its last value in the block: the web; -1 elsewhere. */
  const webOf = new Int32Array(instructions.length).fill(-1);

  for (let register = 0; register < REGISTERS; register++)
    webs.note(start(0, register), ((upper[0]! >> register) & 1) === 1, ((narrowParameters >> register) & 1) === 0);
  for (const [block, { start: first, end: behind }] of blocks.entries()) {
    let after = 0;
    for (const to of successors(blocks[block]!)) {
      after |= upper[to]!;
      for (let register = 0; register < REGISTERS; register++)
        if (((live[to]! >> register) & 1) === 1) webs.join(end(block, register), start(to, register));
    }
    let seen = 0;
    for (let slot = behind - 1; slot >= first; slot--) {
      const instruction = instructions[slot] ?? null;
      if (instruction === null) continue;
      const register = definedRegister(instruction);
      if (register >= 0 && register < REGISTERS) {
        const matters = ((after >> register) & 1) === 1;
        const dirty = !clearsUpperHalf(instruction, program);
        narrow[slot] = matters && dirty ? 0 : 1;
        if (((seen >> register) & 1) === 0) {
          webOf[slot] = end(block, register);
          webs.note(end(block, register), matters, dirty);
          seen |= 1 << register;
        }
      }
      after = upperHalvesBefore(instruction, after, calls.whole);
    }
    for (let register = 0; register < REGISTERS; register++)
      if (((seen >> register) & 1) === 0) webs.join(start(block, register), end(block, register));
  }
  return {
    narrowAtStart(block) {
      let set = 0;
      for (let register = 0; register < REGISTERS; register++)
        if (((live[block]! >> register) & 1) === 1 && webs.isNarrow(start(block, register))) set |= 1 << register;
      return set;
    },
    isNarrow: (slot) => (webOf[slot]! >= 0 ? webs.isNarrow(webOf[slot]!) : narrow[slot] === 1),
  };
}

/** For each block the registers whose values, and whose upper halves, matter where it begins. */
function solve(
  instructions: readonly (Instruction | null)[],
  { blocks }: Graph,
  { sequence, predecessors }: Order,
  calls: CallArguments,
) {
  const live = new Int32Array(blocks.length);
  const upper = new Int32Array(blocks.length);
  const pending = Array.from(sequence);
  const queued = new Uint8Array(blocks.length).fill(1);
  const done = new Uint8Array(blocks.length);
  while (pending.length > 0) {
    const block = pending.pop()!;
    queued[block] = 0;
    const { start, end } = blocks[block]!;
    let alive = 0;
    let halves = 0;
    for (const to of successors(blocks[block]!)) {
      alive |= live[to]!;
      halves |= upper[to]!;
    }
    for (let slot = end - 1; slot >= start; slot--) {
      const instruction = instructions[slot] ?? null;
      if (instruction === null) continue;
      const { reads, writes } = effectOf(instruction, calls.taken);
      alive = (alive & ~writes) | reads;
      halves = upperHalvesBefore(instruction, halves, calls.whole);
    }
    if (done[block] === 1 && alive === live[block] && halves === upper[block]) continue;
    done[block] = 1;
    live[block] = alive;
    upper[block] = halves;
    for (const from of predecessors[block]!)
      if (queued[from] === 0) {
        queued[from] = 1;
        pending.push(from);
      }
  }
  return { live, upper };
}

/** Places that values flow between, joined into webs (union-find). */
class Webs {
  private readonly parent: Int32Array;
  /** Does the upper half of a value matter anywhere? May it be other than 0? */
  private readonly matters: Uint8Array;
  private readonly dirty: Uint8Array;

  constructor(count: number) {
    this.parent = Int32Array.from({ length: count }, (_, i) => i);
    this.matters = new Uint8Array(count);
    this.dirty = new Uint8Array(count);
  }

  /** A value that an instruction gives, or a parameter. */
  note(place: number, matters: boolean, dirty: boolean): void {
    const web = this.find(place);
    if (matters) this.matters[web] = 1;
    if (dirty) this.dirty[web] = 1;
  }

  join(a: number, b: number): void {
    const from = this.find(a);
    const to = this.find(b);
    if (from === to) return;
    this.parent[from] = to;
    this.matters[to]! |= this.matters[from]!;
    this.dirty[to]! |= this.dirty[from]!;
  }

  isNarrow(place: number): boolean {
    const web = this.find(place);
    return this.matters[web] === 0 || this.dirty[web] === 0;
  }

  private find(place: number): number {
    let at = place;
    while (this.parent[at] !== at) {
      this.parent[at] = this.parent[this.parent[at]!]!;
      at = this.parent[at]!;
    }
    return at;
  }
}
