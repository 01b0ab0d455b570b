import { type Token, tokenize } from "./lexer.ts";
import type { TraceSource } from "./source.ts";
import type { Expression, MapPlace, Probe, ProbePoint, Statement, Target, TraceProgram } from "./syntax-tree.ts";

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
      return this.from(first, { kind: "while", condition, body: this.block() });
    }
    if (first.text === "unroll") return this.unroll();
    if (first.text === "return") {
      this.take();
      this.endStatement();
      return this.from(first, { kind: "return" });
    }
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
    return this.from(first, { kind: "unroll", times: Number(times.value), body: this.block() });
  }

  private simple(): Statement {
    const first = this.peek();
    if (first.text === "++" || first.text === "--") {
      this.take();
      return this.step(this.target(), first);
    }
    if (first.kind === "map" || first.kind === "variable") {
      const to = this.target();
      const sign = this.take();
      if (sign.text === "=") return this.from(first, { kind: "assign", to, value: this.expression() });
      if (sign.text === "++" || sign.text === "--") return this.step(to, sign);
      if (ASSIGNMENTS.includes(sign.text)) {
        const right = this.expression();
        const value = this.from(first, {
          kind: "binary" as const,
          operator: sign.text.slice(0, -1),
          left: to as Expression,
          right,
        });
        return this.from(first, { kind: "assign", to, value });
      }
      return this.source.fail(sign, `${shown(sign)} does nothing to ${to.name}.`, "Assign to it: `=`, `+=`, `++`.");
    }
    const call = this.expression();
    if (call.kind !== "call")
      this.source.fail(call, "This is no statement.", "A value has to go somewhere: `@ = ...`.");
    return call;
  }

  /** `++` and `--` as assignments. */
  private step(to: Target, sign: Token): Statement {
    const one = this.from(sign, { kind: "number" as const, value: 1n });
    const value = this.from(sign, {
      kind: "binary" as const,
      operator: sign.text[0]!,
      left: to as Expression,
      right: one,
    });
    return { kind: "assign", to, value, start: to.start, end: sign.end };
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
        if (name.kind !== "name") this.source.fail(name, `A field's name is expected, not ${shown(name)}.`);
        found = { kind: "field", of: found, name: name.text, nameSpan: name, start: found.start, end: name.end };
      } else if (sign.text === "[" && sign.kind === "sign") {
        this.take();
        const index = this.expression();
        this.expect("]");
        found = { kind: "index", of: found, index, start: found.start, end: this.tokens[this.at - 1]!.end };
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
        return { kind: "variable", name: token.text, start, end };
      case "map":
        return this.map(token);
      case "name":
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
    if (this.peek().text === "struct" || this.peek().text === "uint64" || this.peek().text === "int64") {
      const isStruct = this.peek().text === "struct";
      let type = this.take().text;
      if (isStruct) type = this.take().text;
      const isPointer = this.accept("*");
      this.expect(")");
      const of = this.unary();
      return { kind: "cast", type, isPointer, of, start, end: of.end };
    }
    const { inPredicate } = this;
    this.inPredicate = false;
    const inner = this.expression();
    this.inPredicate = inPredicate;
    this.expect(")");
    return inner;
  }

  private map(token: Token): MapPlace {
    const keys = this.peek().text === "[" && this.take() ? this.list("]") : [];
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

const shown = ({ kind, text }: Token): string =>
  kind === "end" ? "the end" : kind === "text" ? "a text" : `'${text}'`;
