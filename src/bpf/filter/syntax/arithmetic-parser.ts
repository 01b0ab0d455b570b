import type { Arithmetic, ArithmeticOperator } from "./ast.ts";
import { isProtocol } from "./qualifier-parser.ts";
import type { TokenStream } from "./token-stream.ts";

/** How tightly operators bind. `%` and `^` have no rank in libpcap's grammar: whatever meets one of them groups to the right. */
const RANKS: ReadonlyMap<string, number> = new Map([
  ["|", 1],
  ["&", 2],
  ["<<", 3],
  [">>", 3],
  ["+", 4],
  ["-", 4],
  ["*", 5],
  ["/", 5],
]);
const UNRANKED = ["%", "^"];
const NEGATION_RANK = 6;

/** Reads values: numbers, `len`, `tcp[12:2]`, and what operators make of them. */
export class ArithmeticParser {
  readonly #tokens: TokenStream;
  readonly #group: () => Arithmetic;

  /** `group` reads a value in parentheses, which the rest of the grammar has a part in. */
  constructor(tokens: TokenStream, group: () => Arithmetic) {
    this.#tokens = tokens;
    this.#group = group;
  }

  /** Whether the next token is an arithmetic operator. */
  isOperator(): boolean {
    const { kind, text } = this.#tokens.peek();
    return kind === "operator" && (RANKS.has(text) || UNRANKED.includes(text));
  }

  /** A whole value. */
  parse(): Arithmetic {
    return this.continue(this.#primary());
  }

  /** What operators make of `left`, as far as they bind tighter than the one before it, of rank `before`. */
  continue(left: Arithmetic, before = 0): Arithmetic {
    let value = left;
    while (this.isOperator()) {
      const operator = this.#tokens.peek().text as ArithmeticOperator;
      const rank = RANKS.get(operator) ?? Number.POSITIVE_INFINITY;
      if (rank <= before) break;
      this.#tokens.take();
      // Behind an operator without rank everything is taken, before it nothing is held back.
      const right = this.#tokens.nested(() => this.continue(this.#primary(), RANKS.get(operator) ?? 0));
      value = { kind: "binary", operator, left: value, right, start: value.start, end: right.end };
    }
    return value;
  }

  #primary(): Arithmetic {
    const tokens = this.#tokens;
    const token = tokens.peek();
    if (token.kind === "number")
      return { kind: "number", value: tokens.take().value, start: token.start, end: token.end };
    if (tokens.at("(")) return this.#group();
    if (tokens.takeIf("len")) return { kind: "length", start: token.start, end: token.end };
    if (tokens.takeIf("-")) {
      const operand = tokens.nested(() => this.continue(this.#primary(), NEGATION_RANK));
      return { kind: "negation", operand, start: token.start, end: operand.end };
    }
    if (!isProtocol(token))
      return tokens.fail("a value", "Values are numbers, 'len' and bytes like tcp[0] or ip[2:2].");
    tokens.take();
    tokens.expect("[");
    const index = tokens.nested(() => this.parse());
    const size = tokens.takeIf(":") ? tokens.expectKind("number", "1, 2 or 4 bytes").value : 1;
    const { end } = tokens.expect("]");
    return { kind: "load", protocol: token.text, index, size, start: token.start, end };
  }
}
