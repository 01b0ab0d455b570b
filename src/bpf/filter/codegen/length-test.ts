import { type Condition, not, test } from "../ir/condition.ts";
import { ALU, JUMP, OP } from "../ir/opcode.ts";
import { statement } from "../ir/statement.ts";
import type { Context } from "./context.ts";
import { compare, equals } from "./load.ts";

/** `greater`: at least that many bytes. */
export function atLeastLong(length: number): Condition {
  return test([statement(OP.LD_LEN)], JUMP.GE, length);
}

/** `less`: at most that many. */
export function atMostLong(length: number): Condition {
  return not(test([statement(OP.LD_LEN)], JUMP.GT, length));
}

/**
 * `byte`: one byte of the link-layer header compared with a number. With `&` and `|` libpcap forgets to load the byte:
 * what the test before has left in A is used.
 */
export function byteTest(c: Context, index: number, operator: "&" | "|" | "<" | ">" | "=", value: number): Condition {
  switch (operator) {
    case "=":
      return equals(c, "header", index, 1, value);
    case "<":
      return not(compare(c, "header", index, 1, JUMP.GE, value));
    case ">":
      return compare(c, "header", index, 1, JUMP.GT, value);
    case "&":
    case "|":
      return not(test([statement(operator === "&" ? ALU.AND : ALU.OR, value)]));
  }
}
