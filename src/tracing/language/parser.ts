import { ExpressionParser } from "./expression-parser.ts";
import type { TraceSource } from "./source.ts";
import type { Expression, Probe, ProbePoint, Statement, TraceProgram } from "./syntax-tree.ts";
import { shown } from "./token-cursor.ts";

const ASSIGNMENTS: readonly string[] = ["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="];
const MOST_ROUNDS = 100;
/** What other versions of bpftrace, and other languages, have. */
const NOT_HERE: Readonly<Record<string, string>> = {
  for: "Count with `while` and a variable, or repeat with `unroll(n)`.",
  let: "Variables begin where they are assigned to: `$x = 1`.",
  config: "There is nothing to configure.",
};
/** What scripts have in front of their probes. */
const DECLARATIONS: Readonly<Record<string, string>> = {
  config: "There is nothing to configure.",
  struct: "The structs of the simulated kernel are known; others are nowhere in it.",
  union: "The structs of the simulated kernel are known; others are nowhere in it.",
  enum: "Write its numbers.",
  macro: "Write out what it stands for.",
  fn: "Write out what it does.",
  import: "There is nothing to import.",
};

/** Reads a one-liner. Throws a ProgramTextError at the first thing that is not understood. */
export function parseTrace(source: TraceSource): TraceProgram {
  return new Parser(source).program();
}

class Parser extends ExpressionParser {
  /** Loops around what is read. */
  private loops = 0;

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
    const declares = first.kind === "name" ? DECLARATIONS[first.text] : undefined;
    if (declares !== undefined) this.source.fail(first, `There is no '${first.text}' here. ${declares}`);
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
    this.deepen();
    const body: Statement[] = [];
    while (!this.accept("}")) {
      if (this.accept(";")) continue;
      body.push(this.statement());
    }
    this.depth--;
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
      this.deepen();
      no = this.peek().text === "if" ? [this.conditional()] : this.block();
      this.depth--;
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

  private endStatement(): void {
    if (this.peek().text !== "}") this.expect(";");
  }
}
