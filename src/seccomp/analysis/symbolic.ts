import { type ClassicInstruction, isBranch, JUMP_ALWAYS } from "../../bpf/classic/instruction.ts";
import { arithmetic } from "../../hooks/seccomp/filter.ts";
import { SECCOMP_DATA_BYTES } from "../../hooks/seccomp/seccomp-data.ts";
import type { TestKind } from "../compile/decision.ts";
import { WordSet } from "./word-set.ts";

/** What struct seccomp_data can be on one way: a set for every word that something was asked of. */
export type DataSet = ReadonlyMap<number, WordSet>;

/** The end of one way through a filter. */
export interface Leaf {
  readonly returnValue: number;
  /** All data that goes this way, and none that does not. */
  readonly data: DataSet;
}

/** A filter does something with arguments that cannot be followed for all values at once. */
export class Undecidable extends Error {
  /** Number of the instruction. */
  readonly index: number;

  constructor(index: number) {
    super(`instruction ${index} computes with what is not known`);
    this.index = index;
  }
}

/** What a register holds: a number, or some bits of a word of the data. */
type Value =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "word"; readonly word: number; readonly mask: number };

interface State {
  readonly at: number;
  readonly a: Value;
  readonly x: Value;
  readonly scratch: ReadonlyMap<number, Value>;
  readonly data: DataSet;
}

const ZERO: Value = { kind: "number", value: 0 };
const ALL = 0xffff_ffff;
const TESTS: Readonly<Record<number, TestKind>> = { 16: "eq", 32: "gt", 48: "ge", 64: "set" };

/**
 * All ways through a filter, each with the data that goes it: together they are all data of `within`, and no two overlap. Filters load
 * words, mask them and compare them with constants; throws Undecidable where one does more.
 */
export function* leaves(program: readonly ClassicInstruction[], within: DataSet = new Map()): Iterable<Leaf> {
  const stack: State[] = [{ at: 0, a: ZERO, x: ZERO, scratch: new Map(), data: within }];
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    const next = step(program, state, stack);
    if (next !== undefined) yield next;
  }
}

/** Goes on to the end of one way, and puts the others aside. */
function step(program: readonly ClassicInstruction[], start: State, stack: State[]): Leaf | undefined {
  let { at, a, x, data } = start;
  let { scratch } = start;
  for (; ; at++) {
    const { code, jt, jf, k } = program[at]!;
    const operand: Value = (code & 0x08) === 0 ? { kind: "number", value: k } : x;
    if (isBranch(code)) {
      const ways = branch(a, operand, TESTS[code & 0xf0]!, data, at);
      const targets = [at + 1 + jt, at + 1 + jf];
      if (ways[0] !== undefined && ways[1] !== undefined) stack.push({ at: targets[0]!, a, x, scratch, data: ways[0] });
      const taken = ways[1] === undefined ? 0 : 1;
      data = ways[taken]!;
      at = targets[taken]! - 1;
      continue;
    }
    switch (code) {
      case 0x20:
        a = loaded(k >>> 2, data);
        break;
      case 0x00:
        a = operand;
        break;
      case 0x01:
        x = operand;
        break;
      case 0x80:
        a = { kind: "number", value: SECCOMP_DATA_BYTES };
        break;
      case 0x81:
        x = { kind: "number", value: SECCOMP_DATA_BYTES };
        break;
      case 0x60:
        a = scratch.get(k) ?? ZERO;
        break;
      case 0x61:
        x = scratch.get(k) ?? ZERO;
        break;
      case 0x02:
        scratch = new Map([...scratch, [k, a]]);
        break;
      case 0x03:
        scratch = new Map([...scratch, [k, x]]);
        break;
      case 0x07:
        x = a;
        break;
      case 0x87:
        a = x;
        break;
      case JUMP_ALWAYS:
        at += k;
        break;
      case 0x06:
        return { returnValue: k >>> 0, data };
      case 0x16:
        if (a.kind === "word") throw new Undecidable(at);
        return { returnValue: a.value >>> 0, data };
      case 0x3c:
        if (x.kind === "word") throw new Undecidable(at);
        if (x.value === 0) return { returnValue: 0, data };
        a = calculated(code, a, x, at);
        break;
      default:
        a = calculated(code, a, operand, at);
    }
  }
}

function loaded(word: number, data: DataSet): Value {
  const single = data.get(word)?.single;
  return single === undefined ? { kind: "word", word, mask: ALL } : { kind: "number", value: single };
}

function calculated(code: number, a: Value, operand: Value, index: number): Value {
  if (a.kind === "number" && operand.kind === "number")
    return { kind: "number", value: arithmetic(code, a.value | 0, operand.value | 0) >>> 0 };
  const isAnd = (code & 0xf0) === 0x50;
  if (isAnd && a.kind === "word" && operand.kind === "number") return { ...a, mask: (a.mask & operand.value) >>> 0 };
  if (isAnd && a.kind === "number" && operand.kind === "word")
    return { ...operand, mask: (operand.mask & a.value) >>> 0 };
  throw new Undecidable(index);
}

/** The data that goes either way; undefined where none does. */
function branch(
  a: Value,
  operand: Value,
  test: TestKind,
  data: DataSet,
  index: number,
): [yes: DataSet | undefined, no: DataSet | undefined] {
  if (operand.kind === "word") throw new Undecidable(index);
  if (a.kind === "number") {
    const holds = compare(a.value >>> 0, test, operand.value >>> 0);
    return holds ? [data, undefined] : [undefined, data];
  }
  const set = data.get(a.word) ?? WordSet.everything;
  const way = (outcome: boolean) => {
    try {
      const refined = set.refine(a.mask, test, operand.value >>> 0, outcome);
      return refined === undefined ? undefined : new Map(data).set(a.word, refined);
    } catch (error) {
      if (error instanceof RangeError) throw new Undecidable(index);
      throw error;
    }
  };
  return [way(true), way(false)];
}

function compare(a: number, test: TestKind, k: number): boolean {
  switch (test) {
    case "eq":
      return a === k;
    case "gt":
      return a > k;
    case "ge":
      return a >= k;
    case "set":
      return (a & k) !== 0;
  }
}
