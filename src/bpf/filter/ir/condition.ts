import { Block } from "./block.ts";
import { JUMP } from "./opcode.ts";
import type { Statement } from "./statement.ts";

/** A test of a packet: what one block tests, or several combined. */
export type Condition =
  | { readonly kind: "test"; readonly block: Block }
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly operand: Condition };

/** True where `A code k` is, after the statements. */
export function test(statements: Statement[], code: number = JUMP.EQ, k = 0): Condition {
  return { kind: "test", block: new Block(statements, code, k) };
}

/** True where all are; `undefined` is left out. They are tested in this order, so the last one must be there. */
export function and(...conditions: [...(Condition | undefined)[], Condition]): Condition {
  return conditions.reduceRight((right, left) => (left === undefined ? right : { kind: "and", left, right: right! }))!;
}

/** True where one is. They are tested in this order. */
export function or(...conditions: [Condition, ...Condition[]]): Condition {
  return conditions.reduce((left, right) => ({ kind: "or", left, right }));
}

export function not(operand: Condition): Condition {
  return { kind: "not", operand };
}

/** The block that is executed first. */
export function firstBlock(condition: Condition): Block {
  let first = condition;
  while (first.kind !== "test") first = first.kind === "not" ? first.operand : first.left;
  return first.block;
}

/** Connects the blocks so that the whole leads to one of two blocks, and returns the first one. */
export function connect(condition: Condition, whenTrue: Block, whenFalse: Block): Block {
  let rest = condition;
  let yes = whenTrue;
  let no = whenFalse;
  // Long chains grow to the left, which therefore is not a recursion.
  for (;;)
    switch (rest.kind) {
      case "test":
        rest.block.whenTrue.to = yes;
        rest.block.whenFalse.to = no;
        return rest.block;
      case "not":
        [yes, no] = [no, yes];
        rest = rest.operand;
        break;
      case "and":
        yes = connect(rest.right, yes, no);
        rest = rest.left;
        break;
      case "or":
        no = connect(rest.right, yes, no);
        rest = rest.left;
        break;
    }
}
