import { definedRegister } from "../defined-register.ts";
import type { LinkedProgram } from "../link.ts";
import { type Graph, successors } from "./control-flow/graph.ts";
import { identity } from "./control-flow/identity.ts";
import type { Order } from "./control-flow/order.ts";
import { clearsUpperHalf } from "./definitions.ts";
import { type CallArguments, findLive } from "./liveness.ts";
import { contains, type RegisterSet } from "./register-set.ts";
import { upperHalvesBefore } from "./upper-halves.ts";

/**
 * Which values are kept in 32 bits: those whose upper half nothing looks at (pointers, most of all), and those whose upper half
 * is known to be 0. That saves the instructions between registers of 64 bits and addresses of 32.
 */
export interface Widths {
  /** Registers that are narrow where a block begins. */
  narrowAtStart(block: number): RegisterSet;
  /** Is the value narrow that the instruction in a slot gives a register? */
  isNarrow(slot: number): boolean;
}

/** Everything is kept in 64 bits. */
export const ALL_WIDE: Widths = { narrowAtStart: () => 0, isNarrow: () => false };

const REGISTERS = 10;

/**
 * A value flows from the instructions that give it to all places that may see it. What flows together (a web) is kept in one
 * place, and that is narrow if no instruction gives it an upper half that is both looked at somewhere and possibly not 0.
 * @param clearAtEntry registers whose upper halves are 0 where the function begins.
 */
export function findWidths(
  program: LinkedProgram,
  graph: Graph,
  order: Order,
  calls: CallArguments,
  clearAtEntry: RegisterSet,
): Widths {
  const { instructions } = program;
  const { blocks } = graph;
  const { values, upperHalves } = findLive(instructions, graph, order, calls);
  const webs = new Webs(2 * REGISTERS * blocks.length);
  const start = (block: number, register: number) => 2 * REGISTERS * block + register;
  const end = (block: number, register: number) => start(block, register) + REGISTERS;
  /** For each slot whether its value, taken by itself, can be narrow. */
  const narrow = new Uint8Array(instructions.length);
  /** For a slot that gives a register its last value in the block: the web; -1 elsewhere. */
  const webOf = new Int32Array(instructions.length).fill(-1);

  for (let register = 0; register < REGISTERS; register++)
    if (contains(upperHalves[0]!, register) && !contains(clearAtEntry, register)) webs.makeWide(start(0, register));
  for (const [block, { start: first, end: behind }] of blocks.entries()) {
    let after = 0;
    for (const to of successors(blocks[block]!)) {
      after |= upperHalves[to]!;
      for (let register = 0; register < REGISTERS; register++)
        if (contains(values[to]!, register)) webs.join(end(block, register), start(to, register));
    }
    let seen = 0;
    for (let slot = behind - 1; slot >= first; slot--) {
      const instruction = instructions[slot] ?? null;
      if (instruction === null) continue;
      const register = definedRegister(instruction);
      if (register >= 0 && register < REGISTERS) {
        const wide = contains(after, register) && !clearsUpperHalf(instruction, program);
        narrow[slot] = wide ? 0 : 1;
        if (!contains(seen, register)) {
          webOf[slot] = end(block, register);
          if (wide) webs.makeWide(end(block, register));
          seen |= 1 << register;
        }
      }
      after = upperHalvesBefore(instruction, after, calls.whole);
    }
    for (let register = 0; register < REGISTERS; register++)
      if (!contains(seen, register)) webs.join(start(block, register), end(block, register));
  }
  return {
    narrowAtStart(block) {
      let set = 0;
      for (let register = 0; register < REGISTERS; register++)
        if (contains(values[block]!, register) && webs.isNarrow(start(block, register))) set |= 1 << register;
      return set;
    },
    isNarrow: (slot) => (webOf[slot]! >= 0 ? webs.isNarrow(webOf[slot]!) : narrow[slot] === 1),
  };
}

/** Places that values flow between, joined into webs (union-find). */
class Webs {
  private readonly parent: Int32Array;
  private readonly wide: Uint8Array;

  constructor(count: number) {
    this.parent = identity(count);
    this.wide = new Uint8Array(count);
  }

  makeWide(place: number): void {
    this.wide[this.find(place)] = 1;
  }

  join(a: number, b: number): void {
    const from = this.find(a);
    const to = this.find(b);
    if (from === to) return;
    this.parent[from] = to;
    this.wide[to]! |= this.wide[from]!;
  }

  isNarrow(place: number): boolean {
    return this.wide[this.find(place)] === 0;
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
