import { type Token, tokenize } from "./lexer.ts";
import type { TraceSource } from "./source.ts";
import type { Expression, MapPlace, Probe, ProbePoint, Statement, Target, TraceProgram } from "./syntax-tree.ts";
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
const ASSIGNMENTS: readonly string[] = ["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="];
const MOST_ROUNDS = 100;
/** What other versions of bpftrace, and other languages, have. */
const NOT_HERE: Readonly<Record<string, string>> = {
  for: "Count with `while` and a variable, or repeat with `unroll(n)`.",
  let: "Variables begin where they are assigned to: `$x = 1`.",
  config: "There is nothing to configure.",
};

/** Reads a one-liner. Throws a ProgramTextError at the first thing that is not understood. */
export function parseTrace(source: TraceSource): TraceProgram {
  return new Parser(source).program();
}

class Parser {
  private readonly source: TraceSource;
  private readonly tokens: readonly Token[];
  private at = 0;
  /** Within a predicate `/` ends it. */
  private inPredicate = false;
  private depth = 0;
  /** Loops around what is read. */
  private loops = 0;

  constructor(source: TraceSource) {
    this.source = source;
    this.tokens = tokenize(source);
  }

  program(): TraceProgram {
    const probes: Probe[] = [];
    while (this.peek().kind !== "end") probes.push(this.probe());
    if (probes.length === 0)
      this.source.fail(this.peek(), "There is no probe.", "Write `kprobe:ip_rcv { @ = count(); }`.");
    return { probes };
  }

  private probe(): Probe {
    const { start } = this.peek();
    const points = [this.point()];
    while (this.accept(",")) points.push(this.point());
    let predicate: Expression | undefined;
    if (this.accept("/")) {
      this.inPredicate = true;
      predicate = this.expression();
      this.inPredicate = false;
      this.expect("/");
    }
    const body = this.block();
    return { points, predicate, body, start, end: this.tokens[this.at - 1]!.end };
  }

  /** A probe's name goes as far as a space, a comma or a brace. */
  private point(): ProbePoint {
    const first = this.peek();
    if (first.kind !== "name" && first.text !== "*")
      this.source.fail(first, `A probe is expected, not ${shown(first)}.`);
    let end = first.start;
    while (this.peek().start === end && this.peek().kind !== "end" && !["{", ","].includes(this.peek().text)) {
      if (this.peek().text === "/" && !/^\w/.test(this.source.text.slice(this.peek().end))) break;
      end = this.take().end;
    }
    const text = this.source.text.slice(first.start, end);
    const [provider, ...parts] = text.split(":");
    return { provider: provider!, parts, text, start: first.start, end };
  }

  private block(): Statement[] {
    this.expect("{");
    const body: Statement[] = [];
    while (!this.accept("}")) {
      if (this.accept(";")) continue;
      body.push(this.statement());
    }
    return body;
  }

  private statement(): Statement {
    const first = this.peek();
    if (first.text === "if") return this.conditional();
    if (first.text === "while") {
      this.take();
      this.expect("(");
      const condition = this.expression();
      this.expect(")");
      return this.from(first, { kind: "while", condition, body: this.loop() });
    }
    if (first.text === "unroll") return this.unroll();
    if (first.text === "return") {
      this.take();
      this.endStatement();
      return this.from(first, { kind: "return" });
    }
    if (first.text === "break" || first.text === "continue") {
      this.take();
      if (this.loops === 0) this.source.fail(first, `${first.text} is for what goes round: \`while\` and \`unroll\`.`);
      this.endStatement();
      return this.from(first, { kind: first.text });
    }
    const unknown = NOT_HERE[first.text];
    if (first.kind === "name" && unknown !== undefined)
      this.source.fail(first, `There is no '${first.text}' here.`, unknown);
    const statement = this.simple();
    this.endStatement();
    return statement;
  }

  private conditional(): Statement {
    const first = this.take();
    const { inPredicate } = this;
    this.inPredicate = false;
    this.expect("(");
    const condition = this.expression();
    this.expect(")");
    this.inPredicate = inPredicate;
    const yes = this.block();
    let no: Statement[] = [];
    if (this.peek().text === "else") {
      this.take();
      no = this.peek().text === "if" ? [this.conditional()] : this.block();
    }
    return this.from(first, { kind: "if", condition, yes, no });
  }

  private unroll(): Statement {
    const first = this.take();
    this.expect("(");
    const times = this.take();
    if (times.kind !== "number" || times.value < 1n || times.value > BigInt(MOST_ROUNDS))
      this.source.fail(times, `unroll takes a number from 1 to ${MOST_ROUNDS}.`);
    this.expect(")");
    return this.from(first, { kind: "unroll", times: Number(times.value), body: this.loop() });
  }

  private loop(): Statement[] {
    this.loops++;
    const body = this.block();
    this.loops--;
    return body;
  }

  private simple(): Statement {
    const first = this.peek();
    const value = this.expression();
    if (value.kind !== "map" && value.kind !== "variable") {
      if (ASSIGNMENTS.includes(this.peek().text) || this.peek().text === "=")
        this.source.fail(this.peek(), "Only maps and variables can be assigned to.", "They begin with `@` and `$`.");
      return this.from(first, { kind: "value", value });
    }
    const sign = this.peek();
    if (sign.kind === "sign" && this.accept("="))
      return this.from(first, { kind: "assign", to: value, value: this.expression() });
    if (sign.kind !== "sign" || !ASSIGNMENTS.includes(sign.text)) return this.from(first, { kind: "value", value });
    this.take();
    const operator = sign.text.slice(0, -1);
    const right = this.expression();
    const sum = this.from(first, { kind: "binary" as const, operator, left: value as Expression, right });
    return this.from(first, { kind: "assign", to: value, value: sum });
  }

  private target(): Target {
    const found = this.primary();
    if (found.kind !== "map" && found.kind !== "variable") this.source.fail(found, "A map or a variable is expected.");
    return found;
  }

  private endStatement(): void {
    if (this.peek().text !== "}") this.expect(";");
  }

  private expression(): Expression {
    if (++this.depth > 100) this.source.fail(this.peek(), "This is nested too deeply.");
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
    for (;;) {
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
      if (++this.depth > 100) this.source.fail(first, "This is nested too deeply.");
      const of = this.unary();
      this.depth--;
      return { kind: "unary", operator: first.text, of, start: first.start, end: of.end };
    }
    return this.postfix(this.primary());
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
    const type = this.take();
    if (INTEGERS[type.text] === undefined)
      this.source.fail(
        type,
        `sizeof() takes a type of numbers here, not ${shown(type)}.`,
        "uint8, int32, uint64 and so on.",
      );
    this.expect(")");
    return { kind: "sizeof", type: type.text, start, end: this.tokens[this.at - 1]!.end };
  }

  private map(token: Token): MapPlace {
    const isKeyed = this.accept("[");
    const keys = isKeyed ? this.list("]") : [];
    if (isKeyed && keys.length === 0) this.source.fail(this.tokens[this.at - 1]!, "A key is expected.");
    return { kind: "map", name: token.text, keys, start: token.start, end: this.tokens[this.at - 1]!.end };
  }

  private list(end: string): Expression[] {
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

  private from<T extends object>({ start }: { start: number }, node: T): T & { start: number; end: number } {
    return { ...node, start, end: this.tokens[this.at - 1]!.end };
  }

  private peek(): Token {
    return this.tokens[this.at]!;
  }

  private take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.at++;
    return token;
  }

  private accept(text: string): boolean {
    const token = this.peek();
    if (token.kind !== "sign" || token.text !== text) return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    if (!this.accept(text)) this.source.fail(this.peek(), `'${text}' is expected, not ${shown(this.peek())}.`);
  }
}

const isTarget = (node: Expression): node is Target & Expression => node.kind === "map" || node.kind === "variable";

const shown = ({ kind, text }: Token): string =>
  kind === "end" ? "the end" : kind === "text" ? "a text" : `'${text}'`;
