import { ArithmeticParser } from "./arithmetic-parser.ts";
import type { Arithmetic, Expression, Primitive, Qualifiers } from "./ast.ts";
import { parseFieldTest } from "./field-parser.ts";
import { tokenize } from "./lexer.ts";
import { parseOperand } from "./operand-parser.ts";
import type { Part } from "./part.ts";
import { parsePrimitive } from "./primitive-parser.ts";
import { isProtocol, parseQualifiers } from "./qualifier-parser.ts";
import { Refusal } from "./refusal.ts";
import { RELATIONS } from "./relation.ts";
import type { Span } from "./span.ts";
import type { Token } from "./token.ts";
import { TokenStream } from "./token-stream.ts";

/**
 * Reads an expression of tcpdump's filter language, as the grammar of libpcap 1.10 does (grammar.y). `and` and `or` bind
 * alike, from the left; an address without qualifiers takes over those of the test before it, and in parentheses after
 * qualifiers stand only such addresses: `port (22 or 80)`.
 * Returns undefined for an empty text, which every packet satisfies. Throws a Refusal.
 */
export function parseFilter(text: string): Expression | undefined {
  return new Parser(text).parse();
}

class Parser {
  readonly #tokens: TokenStream;
  readonly #arithmetic: ArithmeticParser;

  constructor(text: string) {
    this.#tokens = new TokenStream(tokenize(text));
    this.#arithmetic = new ArithmeticParser(this.#tokens, () => this.#groupedArithmetic());
  }

  parse(): Expression | undefined {
    if (this.#tokens.peek().kind === "end") return undefined;
    const first = this.#part(undefined);
    if (first.kind !== "term") throw this.#notATest(first);
    const expression = this.#chain(first);
    if (this.#tokens.peek().kind !== "end") this.#tokens.fail("'and' or 'or'");
    return expression.expression;
  }

  /** What follows a test: `and` or `or`, then another test or a bare address, again and again. */
  #chain(first: Part & { kind: "term" }): Part & { kind: "term" } {
    let { expression, qualifiers } = first;
    for (;;) {
      const kind = this.#connective();
      if (kind === undefined) return { kind: "term", expression, qualifiers };
      const part = this.#part(qualifiers);
      if (part.kind === "arithmetic") throw this.#notATest(part);
      const right = part.kind === "number" ? this.#address(part, qualifiers) : part.expression;
      if (part.kind === "term") qualifiers = part.qualifiers;
      expression = { kind, left: expression, right };
    }
  }

  #connective(): "and" | "or" | undefined {
    if (this.#tokens.takeIf("and")) return "and";
    return this.#tokens.takeIf("or") ? "or" : undefined;
  }

  /** The next part. `inherited` are the qualifiers that hold for bare addresses here. */
  #part(inherited: Qualifiers | undefined): Part {
    const tokens = this.#tokens;
    const token = tokens.peek();
    if (tokens.at("not")) return this.#negation(inherited);
    if (tokens.at("(")) return this.#compared(this.#tokens.nested(() => this.#group(inherited)));
    if (token.kind === "number")
      return this.#compared({
        kind: "number",
        value: tokens.take().value,
        span: { start: token.start, end: token.end },
      });
    if (tokens.at("-") || tokens.at("len") || (isProtocol(token) && tokens.peek(1).text === "["))
      return this.#compared({ kind: "arithmetic", value: this.#arithmetic.parse() });
    const primitive = parsePrimitive(tokens) ?? parseFieldTest(tokens);
    if (primitive !== undefined) return { kind: "term", expression: primitive, qualifiers: undefined };
    const operand = parseOperand(tokens);
    if (operand !== undefined) {
      const span = tokens.spanFrom(token);
      return {
        kind: "id",
        expression: { kind: "address", qualifiers: inherited, operand, ...span },
        grouped: false,
        span,
      };
    }
    return this.#qualified();
  }

  #negation(inherited: Qualifiers | undefined): Part {
    const { tokens, start } = this.#begin();
    tokens.take();
    const part = this.#tokens.nested(() => this.#part(inherited));
    if (part.kind === "arithmetic") throw this.#notATest(part);
    if (part.kind === "term") return { ...part, expression: { kind: "not", operand: part.expression } };
    const operand = part.kind === "number" ? this.#address(part, inherited) : part.expression;
    return { kind: "id", expression: { kind: "not", operand }, grouped: false, span: tokens.spanFrom(start) };
  }

  /** `( ... )`: tests, addresses, arithmetic or a number. */
  #group(inherited: Qualifiers | undefined): Part {
    const { tokens, start } = this.#begin();
    tokens.expect("(");
    const inner = this.#part(inherited);
    const group = this.#groupOf(inner, inherited, start);
    tokens.expect(")");
    if (group.kind === "number") return { ...group, span: tokens.spanFrom(start) };
    return group.kind === "id" ? { ...group, span: tokens.spanFrom(start) } : group;
  }

  #groupOf(inner: Part, inherited: Qualifiers | undefined, start: Token): Part {
    const tokens = this.#tokens;
    if (inner.kind === "arithmetic") return inner;
    // The qualifiers that hold after parentheses are those that held before them.
    if (inner.kind === "term") return { ...this.#chain(inner), qualifiers: inherited };
    if (inner.kind === "number" && tokens.at(")")) return inner;
    if (inner.kind === "id" && inner.grouped)
      tokens.fail("another test", "Leave out the parentheses that are around addresses alone.");
    let expression = inner.kind === "number" ? this.#address(inner, inherited) : inner.expression;
    for (;;) {
      const kind = this.#connective();
      if (kind === undefined) return { kind: "id", expression, grouped: true, span: tokens.spanFrom(start) };
      expression = { kind, left: expression, right: this.#id(inherited) };
    }
  }

  /** Bare addresses and nothing else: what stands after qualifiers, and in parentheses there. */
  #id(qualifiers: Qualifiers | undefined): Expression {
    const { tokens, start } = this.#begin();
    const mayBegin = start.kind !== "end" && (start.kind !== "keyword" || tokens.at("not"));
    if (!mayBegin) tokens.fail("an address, a number or a name");
    const part = this.#part(qualifiers);
    if (part.kind === "id") return part.expression;
    if (part.kind === "number") return this.#address(part, qualifiers);
    throw new Refusal(
      tokens.spanFrom(start),
      "An address, a number or a name was expected here.",
      "Parentheses after 'host', 'port' and the like hold addresses only.",
    );
  }

  #qualified(): Part {
    const tokens = this.#tokens;
    const start = tokens.peek();
    const { qualifiers, alone } = parseQualifiers(tokens);
    if (alone !== undefined) {
      const expression: Primitive = { kind: "protocol", protocol: alone, ...tokens.spanFrom(start) };
      return { kind: "term", expression, qualifiers: undefined };
    }
    const expression = this.#tokens.nested(() => this.#id(qualifiers));
    return { kind: "term", expression, qualifiers };
  }

  /** A number or arithmetic together with what it is computed and compared with, if anything. */
  #compared(part: Part): Part {
    if (part.kind !== "number" && part.kind !== "arithmetic") return part;
    const tokens = this.#tokens;
    let left: Arithmetic = part.kind === "number" ? { kind: "number", value: part.value, ...part.span } : part.value;
    const goesOn = this.#arithmetic.isOperator();
    if (goesOn) left = this.#arithmetic.continue(left);
    const operator = RELATIONS.get(tokens.peek().text);
    if (operator === undefined || tokens.peek().kind !== "operator")
      return part.kind === "number" && !goesOn ? part : { kind: "arithmetic", value: left };
    tokens.take();
    const right = this.#arithmetic.parse();
    const expression: Primitive = { kind: "relation", operator, left, right, start: left.start, end: right.end };
    return { kind: "term", expression, qualifiers: undefined };
  }

  /** `( ... )` within arithmetic. */
  #groupedArithmetic(): Arithmetic {
    const { tokens, start } = this.#begin();
    const part = this.#tokens.nested(() => this.#group(undefined));
    if (part.kind === "number") return { kind: "number", value: part.value, ...part.span };
    if (part.kind === "arithmetic") return part.value;
    throw new Refusal(tokens.spanFrom(start), "A value was expected in these parentheses, and there is a test.");
  }

  #address(part: { readonly value: number; readonly span: Span }, qualifiers: Qualifiers | undefined): Primitive {
    return { kind: "address", qualifiers, operand: { kind: "number", value: part.value }, ...part.span };
  }

  #notATest(part: Exclude<Part, { kind: "term" }>): Refusal {
    if (part.kind === "arithmetic")
      return new Refusal(part.value, "This value is not compared with anything.", "Write for example '> 0' behind it.");
    return new Refusal(
      part.span,
      "It is not said what this is.",
      "Write 'host', 'net', 'port' or another qualifier in front of it.",
    );
  }

  #begin(): { tokens: TokenStream; start: Token } {
    return { tokens: this.#tokens, start: this.#tokens.peek() };
  }
}
