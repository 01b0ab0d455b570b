import { aggregate, isAggregate } from "./aggregates.ts";
import { unless } from "./conditions.ts";
import { narrowed, type Operand, signed } from "./emitter.ts";
import { callUpdate, keyed } from "./map-code.ts";
import { call } from "./requests.ts";
import type { Span } from "./source.ts";
import type { StatementParts } from "./statement-parts.ts";
import type { Expression, Statement, Target } from "./syntax-tree.ts";
import { commonType, nameOfType, sizeOfType, TEXT_BYTES, type TraceType, widened } from "./types.ts";

export function statements(parts: StatementParts, body: readonly Statement[]): void {
  for (const statement of body) {
    const mark = parts.emitter.mark;
    const before = parts.variables.size;
    const defines = statement.kind === "assign" ? statement.to.name : undefined;
    parts.source.attempt(statement, () => one(parts, statement), defines);
    // A variable's place stays.
    if (parts.variables.size === before) parts.emitter.release(mark);
  }
}

/** Lines of code of one probe: more the kernel does not take (BPF_COMPLEXITY_LIMIT_INSNS), and unrolled loops in loops make them fast. */
const MOST_LINES = 1_000_000;

function one(parts: StatementParts, statement: Statement): void {
  const { emitter, source } = parts;
  if (emitter.length > MOST_LINES) source.giveUp(statement, "The probe has become more than 1,000,000 instructions.");
  switch (statement.kind) {
    case "assign":
      assign(parts, statement.to, statement.value);
      return;
    case "value":
      alone(parts, statement.value);
      return;
    case "break":
    case "continue":
      emitter.emit(`goto ${statement.kind === "break" ? parts.loop!.done : parts.loop!.next}`);
      return;
    case "return":
      emitter.emit(`goto ${parts.end}`);
      return;
    case "if": {
      const [no, end] = [emitter.label("else"), emitter.label("endif")];
      unless(parts, statement.condition, no);
      statements(parts, statement.yes);
      emitter.emit(`goto ${end}`);
      emitter.place(no);
      statements(parts, statement.no);
      emitter.place(end);
      return;
    }
    case "while": {
      const [begin, end] = [emitter.label("while"), emitter.label("done")];
      emitter.place(begin);
      unless(parts, statement.condition, end);
      statements({ ...parts, loop: { next: begin, done: end } }, statement.body);
      emitter.emit(`goto ${begin}`);
      emitter.place(end);
      return;
    }
    case "unroll": {
      const done = emitter.label("unrolled");
      for (let i = 0; i < statement.times; i++) {
        const next = emitter.label("round");
        statements({ ...parts, loop: { next, done } }, statement.body);
        emitter.place(next);
      }
      emitter.place(done);
    }
  }
}

/** A value that goes nowhere: a function that does something, or a choice between two. */
function alone(parts: StatementParts, node: Expression): void {
  const { emitter } = parts;
  if (node.kind === "call") call(parts, node);
  else if (node.kind === "choice") {
    const [no, end] = [emitter.label("else"), emitter.label("endif")];
    unless(parts, node.condition, no);
    alone(parts, node.yes);
    emitter.emit(`goto ${end}`);
    emitter.place(no);
    alone(parts, node.no);
    emitter.place(end);
  } else parts.evaluate(node);
}

function assign(parts: StatementParts, to: Target, node: Expression): void {
  const { emitter } = parts;
  if (node.kind === "call" && isAggregate(node.name)) {
    if (to.kind !== "map")
      parts.source.fail(node, `${node.name}() can only be assigned to a map.`, "Maps begin with `@`.");
    aggregate(parts, to, node);
    return;
  }
  const given = parts.evaluate(node);
  if (to.kind === "variable") {
    assignVariable(parts, to, given);
    return;
  }
  const found = keyed(parts, to, { kind: "value", type: widened(given.type) });
  if (found === undefined || found.map.value.kind !== "value") return;
  const size = sizeOfType(found.map.value.type);
  const at = emitter.allocate(size, to);
  emitter.copyTo(at, size, given);
  callUpdate(parts, found, at);
}

function assignVariable(
  { emitter, source, variables }: StatementParts,
  to: Span & { name: string },
  given: Operand,
): void {
  const size = given.type.kind === "string" ? TEXT_BYTES : sizeOfType(given.type);
  const known = variables.get(to.name);
  if (known !== undefined && known.type.kind !== given.type.kind)
    source.fail(to, `${to.name} is ${nameOfType(known.type)} elsewhere and ${nameOfType(given.type)} here.`);
  if (known !== undefined && commonType(known.type, given.type) === undefined)
    source.fail(to, `${to.name} is ${nameOfType(known.type)} of another shape elsewhere.`);
  const at = known !== undefined && "at" in known ? known.at : emitter.allocate(size, to);
  const bytes = known?.type.kind === "int" ? narrowed("r1", known.type) : [];
  if (bytes.length === 0) emitter.copyTo(at, size, given);
  else {
    emitter.load("r1", given);
    emitter.emit(...bytes, `*(u64 *)(r10 ${signed(at)}) = r1`);
  }
  const type: TraceType = given.type.kind === "string" ? { kind: "string", size } : given.type;
  variables.set(to.name, { type: known?.type ?? type, at });
}
