import type { Token } from "./lexer.ts";
import type { Expression, MapPlace, Target } from "./syntax-tree.ts";
import { shown, TokenCursor } from "./token-cursor.ts";
import { INTEGERS } from "./types.ts";

/** Operators from the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", "<=", ">", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];
/** What may stand in each other: expressions, blocks, and the branches of one `if`. */
const DEEPEST = 100;
/** Operators of one kind behind each other. */
const LONGEST = 250;

/** Reads what has a value. */
export class ExpressionParser extends TokenCursor {
  /** Within a predicate `/` ends it. */
  protected inPredicate = false;
  protected depth = 0;

  /** One level more; the caller takes it back. */
  protected deepen(): void {
    if (++this.depth > DEEPEST) this.source.fail(this.peek(), "This is nested too deeply.");
  }

  protected expression(): Expression {
    this.deepen();
    const condition = this.operators(0);
    let found = condition;
    if (this.accept("?")) {
      const yes = this.expression();
      this.expect(":");
      const no = this.expression();
      found = { kind: "choice", condition, yes, no, start: condition.start, end: no.end };
    }
    this.depth--;
    return found;
  }

  private operators(level: number): Expression {
    const own = LEVELS[level];
    if (own === undefined) return this.unary();
    let left = this.operators(level + 1);
    for (let length = 0; ; length++) {
      if (length > LONGEST) this.source.fail(this.peek(), `More than ${LONGEST} operators stand behind each other.`);
      const { text, kind } = this.peek();
      if (kind !== "sign" || !own.includes(text) || (text === "/" && this.inPredicate && this.endsPredicate()))
        return left;
      this.take();
      const right = this.operators(level + 1);
      left = { kind: "binary", operator: text, left, right, start: left.start, end: right.end };
    }
  }

  /** The slash that a brace follows. */
  private endsPredicate(): boolean {
    return this.tokens[this.at + 1]?.text === "{";
  }

  private unary(): Expression {
    const first = this.peek();
    if (first.kind === "sign" && (first.text === "++" || first.text === "--")) {
      this.take();
      return this.from(first, { kind: "step", to: this.target(), by: first.text === "++" ? 1n : -1n, isBefore: true });
    }
    if (
      first.kind === "sign" &&
      (first.text === "-" || first.text === "!" || first.text === "~" || first.text === "*")
    ) {
      this.take();
      this.deepen();
      const of = this.unary();
      this.depth--;
      return { kind: "unary", operator: first.text, of, start: first.start, end: of.end };
    }
    return this.postfix(this.primary());
  }

  private target(): Target {
    const found = this.primary();
    if (found.kind !== "map" && found.kind !== "variable") this.source.fail(found, "A map or a variable is expected.");
    return found;
  }

  private postfix(given: Expression): Expression {
    let found = given;
    for (;;) {
      const sign = this.peek();
      if (sign.text === "." || sign.text === "->") {
        this.take();
        const name = this.take();
        if (name.kind === "number" && sign.text === ".") {
          found = { kind: "element", of: found, index: Number(name.value), start: found.start, end: name.end };
          continue;
        }
        if (name.kind !== "name") this.source.fail(name, `A field's name is expected, not ${shown(name)}.`);
        found = { kind: "field", of: found, name: name.text, nameSpan: name, start: found.start, end: name.end };
      } else if (sign.text === "[" && sign.kind === "sign") {
        this.take();
        const index = this.expression();
        this.expect("]");
        found = { kind: "index", of: found, index, start: found.start, end: this.tokens[this.at - 1]!.end };
      } else if (sign.kind === "sign" && (sign.text === "++" || sign.text === "--") && isTarget(found)) {
        this.take();
        const by = sign.text === "++" ? 1n : -1n;
        found = { kind: "step", to: found, by, isBefore: false, start: found.start, end: sign.end };
      } else return found;
    }
  }

  private primary(): Expression {
    const token = this.take();
    const { start, end } = token;
    switch (token.kind) {
      case "number":
        return { kind: "number", value: token.value, start, end };
      case "text":
        return { kind: "text", text: token.text, start, end };
      case "variable":
        if (token.text === "$#") return { kind: "positional", number: 0, start, end };
        if (/^\$\d+$/.test(token.text)) {
          if (Number(token.text.slice(1)) === 0) this.source.fail(token, "Positional parameters count from 1.");
          return { kind: "positional", number: Number(token.text.slice(1)), start, end };
        }
        return { kind: "variable", name: token.text, start, end };
      case "map":
        return this.map(token);
      case "name":
        if (token.text === "sizeof") return this.sizeof(start);
        if (token.text === "true" || token.text === "false")
          return { kind: "number", value: token.text === "true" ? 1n : 0n, start, end };
        if (this.accept("(")) {
          const args = this.list(")");
          return { kind: "call", name: token.text, args, start, end: this.tokens[this.at - 1]!.end };
        }
        return { kind: "name", name: token.text, start, end };
      default:
        if (token.text === "(") return this.parenthesized(start);
        return this.source.fail(token, `A value is expected, not ${shown(token)}.`);
    }
  }

  private parenthesized(start: number): Expression {
    const { text, kind } = this.peek();
    if (kind === "name" && (text === "struct" || INTEGERS[text] !== undefined)) {
      this.take();
      const type = text === "struct" ? this.take().text : text;
      const isPointer = this.accept("*");
      this.expect(")");
      const of = this.unary();
      return { kind: "cast", type, isPointer, of, start, end: of.end };
    }
    const parts = this.list(")");
    const end = this.tokens[this.at - 1]!.end;
    if (parts.length === 0) this.source.fail({ start, end }, "A value is expected between the parentheses.");
    return parts.length === 1 ? parts[0]! : { kind: "tuple", parts, start, end };
  }

  /** The size of a type of numbers, or of a value's type. */
  private sizeof(start: number): Expression {
    this.expect("(");
    const first = this.take();
    const isStruct = first.kind === "name" && first.text === "struct";
    const type = isStruct ? this.take() : first;
    if (!isStruct && INTEGERS[type.text] === undefined)
      this.source.fail(
        type,
        `sizeof() takes a type of numbers or a struct here, not ${shown(type)}.`,
        "uint8, int32, uint64, struct sk_buff and so on.",
      );
    this.expect(")");
    return { kind: "sizeof", type: type.text, isStruct, start, end: this.tokens[this.at - 1]!.end };
  }

  private map(token: Token): MapPlace {
    const isKeyed = this.accept("[");
    const keys = isKeyed ? this.list("]") : [];
    if (isKeyed && keys.length === 0) this.source.fail(this.tokens[this.at - 1]!, "A key is expected.");
    return { kind: "map", name: token.text, keys, start: token.start, end: this.tokens[this.at - 1]!.end };
  }

  protected list(end: string): Expression[] {
    const found: Expression[] = [];
    const { inPredicate } = this;
    this.inPredicate = false;
    if (!this.accept(end)) {
      do found.push(this.expression());
      while (this.accept(","));
      this.expect(end);
    }
    this.inPredicate = inPredicate;
    return found;
  }
}

const isTarget = (node: Expression): node is Target & Expression => node.kind === "map" || node.kind === "variable";
