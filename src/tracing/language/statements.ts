import type { TraceAction } from "./actions.ts";
import { aggregate, isAggregate } from "./aggregates.ts";
import type { CodeParts } from "./code-parts.ts";
import { type Operand, signed } from "./emitter.ts";
import { parseFormat } from "./format-text.ts";
import { nearHint } from "./hints.ts";
import { callDelete, callUpdate, keyed } from "./map-code.ts";
import type { Span } from "./source.ts";
import type { Expression, MapPlace, Statement, Target } from "./syntax-tree.ts";
import { nameOfType, sizeOfType, TEXT_BYTES, type TraceType } from "./types.ts";
import { unless, value } from "./values.ts";

/** What the statements of all probes share. */
export interface StatementParts extends CodeParts {
  /** Numbers an action of user space. */
  action(action: TraceAction): number;
  /** Where the probe's code ends. */
  readonly end: string;
}

const STATEMENTS = ["printf", "print", "clear", "zero", "delete", "exit"];
/** What other tracers can do to the system, and the simulation cannot. */
const UNSAFE: Readonly<Record<string, string>> = {
  system: "The simulation runs no commands.",
  signal: "Processes of the simulation get no signals.",
  override: "Functions of the simulation cannot be made to fail.",
  cat: "The simulation has no files.",
  join: "Arguments of the simulation's calls are no memory.",
  time: "The simulation has no wall clock; `nsecs` is its time.",
};

export function statements(parts: StatementParts, body: readonly Statement[]): void {
  for (const statement of body) {
    const mark = parts.emitter.mark;
    const before = parts.variables.size;
    one(parts, statement);
    // A variable's place stays.
    if (parts.variables.size === before) parts.emitter.release(mark);
  }
}

function one(parts: StatementParts, statement: Statement): void {
  const { emitter } = parts;
  switch (statement.kind) {
    case "assign":
      assign(parts, statement.to, statement.value);
      return;
    case "call":
      call(parts, statement);
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
      statements(parts, statement.body);
      emitter.emit(`goto ${begin}`);
      emitter.place(end);
      return;
    }
    case "unroll":
      for (let i = 0; i < statement.times; i++) statements(parts, statement.body);
  }
}

function assign(parts: StatementParts, to: Target, node: Expression): void {
  const { emitter } = parts;
  if (node.kind === "call" && isAggregate(node.name)) {
    if (to.kind !== "map")
      parts.source.fail(node, `${node.name}() can only be assigned to a map.`, "Maps begin with `@`.");
    aggregate(parts, to, node);
    return;
  }
  const given = value(parts, node);
  if (to.kind === "variable") {
    assignVariable(parts, to, given);
    return;
  }
  const { type } = given;
  const found = keyed(parts, to, { kind: "value", type });
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
  const at = known !== undefined && "at" in known ? known.at : emitter.allocate(size, to);
  emitter.copyTo(at, size, given);
  const type: TraceType = given.type.kind === "string" ? { kind: "string", size } : given.type;
  variables.set(to.name, { type: known?.type ?? type, at });
}

function call(parts: StatementParts, node: Expression & { kind: "call" }): void {
  const [first, ...rest] = node.args;
  switch (node.name) {
    case "printf":
      print(parts, node, formatOf(parts, node), rest);
      return;
    case "print":
      if (first === undefined) parts.source.fail(node, "print() takes a map or a value.");
      if (first.kind === "map" && first.keys.length === 0) printMap(parts, node, first, rest);
      else print(parts, node, "%v\n", [first]);
      return;
    case "clear":
    case "zero":
      if (first?.kind !== "map" || first.keys.length > 0) parts.source.fail(node, `${node.name}() takes a map.`);
      ask(parts, { kind: node.name, map: known(parts, first) }, [], node);
      return;
    case "delete": {
      if (first?.kind !== "map") parts.source.fail(node, "delete() takes a map with its key.");
      const found = keyed(parts, first);
      if (found !== undefined) callDelete(parts, found);
      return;
    }
    case "exit":
      ask(parts, { kind: "exit" }, [], node);
      parts.emitter.emit(`goto ${parts.end}`);
      return;
  }
  const unsafe = UNSAFE[node.name];
  if (unsafe !== undefined) parts.source.fail(node, `There is no ${node.name}() here. ${unsafe}`);
  const isValue = isAggregate(node.name);
  parts.source.fail(
    node,
    isValue ? `${node.name}() can only be assigned to a map.` : `There is no function '${node.name}' here.`,
    isValue ? `Write \`@ = ${node.name}(...)\`.` : nearHint(node.name, STATEMENTS),
  );
}

/** A map's name, once something is assigned to it. */
function known({ maps, source }: StatementParts, { name, start, end }: MapPlace): string {
  if (maps.isComplete && !maps.maps.has(name)) source.fail({ start, end }, `Nothing is ever assigned to ${name}.`);
  return name;
}

function formatOf(parts: StatementParts, node: Expression & { kind: "call" }): string {
  const [format] = node.args;
  if (format?.kind !== "text") parts.source.fail(node, 'printf() begins with its format: `printf("%d\\n", pid)`.');
  const wanted = parseFormat(format.text).filter((part) => typeof part !== "string");
  if (wanted.length !== node.args.length - 1)
    parts.source.fail(node, `The format wants ${wanted.length} values, and there are ${node.args.length - 1}.`);
  return format.text;
}

function print(parts: StatementParts, node: Span, format: string, args: readonly Expression[]): void {
  const values = args.map((arg) => value(parts, arg));
  const wanted = parseFormat(format).filter((part) => typeof part !== "string");
  for (const [i, { type }] of values.entries()) {
    const { conversion } = wanted[i] as { conversion: string };
    const takesText = conversion === "s" || conversion === "v";
    const isNumber = type.kind === "int";
    if (takesText ? conversion === "s" && isNumber : !isNumber && type.kind !== "symbol")
      parts.source.fail(
        args[i]!,
        `%${conversion} does not print ${nameOfType(type)}.`,
        isNumber ? "Numbers are printed by %d." : "Use %s.",
      );
  }
  ask(parts, { kind: "printf", format, args: values.map(({ type }) => type) }, values, node);
}

function printMap(parts: StatementParts, node: Span, map: MapPlace, rest: readonly Expression[]): void {
  const [top, divisor] = rest.map((one) => {
    if (one.kind !== "number")
      parts.source.fail(one, "print() takes a map, how many of its highest entries, and what to divide them by.");
    return Number(one.value);
  });
  ask(parts, { kind: "print", map: known(parts, map), top: top ?? 0, divisor: divisor ?? 1 }, [], node);
}

/** Sends a record to user space: the action's number, then its values. */
function ask(parts: StatementParts, action: TraceAction, values: readonly Operand[], span: Span): void {
  const { emitter, maps } = parts;
  maps.usesRing = true;
  const bytes = values.reduce((sum, { type }) => sum + sizeOfType(type), 8);
  const at = emitter.allocate(bytes, span);
  emitter.emit(`*(u64 *)(r10 ${signed(at)}) = ${parts.action(action)}`);
  let next = at + 8;
  for (const operand of values) {
    const size = sizeOfType(operand.type);
    emitter.copyTo(next, size, operand);
    next += size;
  }
  emitter.emit(`r1 = map[${maps.ring}] ll`);
  emitter.address("r2", at);
  emitter.emit(`r3 = ${bytes}`, "r4 = 0", "call bpf_ringbuf_output");
}
