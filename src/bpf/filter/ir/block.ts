import { CLASS, classOf } from "./opcode.ts";
import type { Statement } from "./statement.ts";

/** A way out of a block. */
export class Edge {
  readonly from: Block;
  /** Undefined where the block is a return. */
  to: Block | undefined;
  /** True: taken when the block's condition holds. */
  readonly sense: boolean;
  /** Number among the edges of the graph. */
  id = 0;

  constructor(from: Block, sense: boolean) {
    this.from = from;
    this.sense = sense;
  }
}

/** Statements that are executed one after another, and at their end a branch with two ways out, or a return. */
export class Block {
  statements: Statement[];
  /** Opcode of the branch or return. */
  code: number;
  /** Its operand. */
  k: number;
  readonly whenTrue = new Edge(this, true);
  readonly whenFalse = new Edge(this, false);

  // What follows is found out about the graph again and again while it is optimized.

  /** Number among the blocks of the graph. */
  id = 0;
  /** Length of the longest way to a return. */
  level = 0;
  /** Edges that lead here. */
  incoming: Edge[] = [];
  /** Registers and scratch slots, a bit each: written before they are read here, read before they are written here or later, read later. */
  killed = 0;
  used = 0;
  usedAfter = 0;
  /** Numbers of the values that registers and slots have at the end of the block; 0: not known. */
  readonly values = new Int32Array(18);
  /** Number of the value that the branch compares A with. */
  operandValue = 0;
  /** The block that stands for this one, where two do the same. */
  twin: Block | undefined;

  constructor(statements: Statement[], code: number, k: number) {
    this.statements = statements;
    this.code = code;
    this.k = k >>> 0;
  }

  get isReturn(): boolean {
    return classOf(this.code) === CLASS.RET;
  }
}
