import type { TraceAction } from "./actions.ts";
import { aggregate, isAggregate } from "./aggregates.ts";
import { isFunction } from "./calls.ts";
import type { CodeParts } from "./code-parts.ts";
import { narrowed, type Operand, signed } from "./emitter.ts";
import { parseFormat } from "./format-text.ts";
import { nearHint } from "./hints.ts";
import { callDelete, callUpdate, keyed } from "./map-code.ts";
import type { Span } from "./source.ts";
import type { Expression, MapPlace, Statement, Target } from "./syntax-tree.ts";
import { commonType, nameOfType, sizeOfType, TEXT_BYTES, type TraceType, UNSIGNED, widened } from "./types.ts";
import { unless, value } from "./values.ts";

/** What the statements of all probes share. */
export interface StatementParts extends CodeParts {
  /** Numbers an action of user space. */
  action(action: TraceAction): number;
  /** Where the probe's code ends. */
  readonly end: string;
  /** Where the loop around it goes on, and where it ends. */
  readonly loop?: { readonly next: string; readonly done: string };
}

const STATEMENTS = ["printf", "print", "clear", "zero", "delete", "exit", "time"];
/** What other tracers can do to the system, and the simulation cannot. */
const UNSAFE: Readonly<Record<string, string>> = {
  system: "The simulation runs no commands.",
  signal: "Processes of the simulation get no signals.",
  override: "Functions of the simulation cannot be made to fail.",
  cat: "The simulation has no files.",
  join: "No argument of the simulation's calls is a list of texts.",
  unwatch: "Memory is not watched.",
  skboutput: "Packets are captured by `netsim run --pcap`.",
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
  } else value(parts, node);
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

function call(parts: StatementParts, node: Expression & { kind: "call" }): void {
  const [first, ...rest] = node.args;
  switch (node.name) {
    case "printf":
      print(parts, node, formatOf(parts, node), rest);
      return;
    case "print":
      if (first === undefined) parts.source.fail(node, "print() takes a map or a value.");
      if (first.kind === "map" && first.keys.length === 0) printMap(parts, node, first, rest);
      else if (rest.length > 0)
        parts.source.fail(node, "print() takes one value; a map it takes with how much to print of it.");
      else print(parts, node, "%v\n", [first]);
      return;
    case "time":
      time(parts, node);
      return;
    case "clear":
    case "zero":
      if (first?.kind !== "map" || first.keys.length > 0) parts.source.fail(node, `${node.name}() takes a map.`);
      ask(parts, { kind: node.name, map: known(parts, first) }, [], node);
      return;
    case "delete": {
      if (first?.kind !== "map" || rest.length > 0) parts.source.fail(node, "delete() takes a map with its key.");
      const found = keyed(parts, first);
      if (found?.map.value.kind === "hist" || found?.map.value.kind === "lhist")
        parts.source.fail(
          node,
          "One key of a histogram cannot be deleted yet.",
          `clear(${first.name}) empties all of them.`,
        );
      if (found !== undefined) callDelete(parts, found);
      return;
    }
    case "exit":
      if (first !== undefined) parts.source.fail(node, "exit() takes nothing.");
      ask(parts, { kind: "exit" }, [], node);
      parts.emitter.emit(`goto ${parts.end}`);
      return;
  }
  const unsafe = UNSAFE[node.name];
  if (unsafe !== undefined) parts.source.fail(node, `There is no ${node.name}() here. ${unsafe}`);
  const near = nearHint(node.name, STATEMENTS);
  if (near?.startsWith("Did") === true && !isFunction(node.name))
    parts.source.fail(node, `There is no function '${node.name}' here.`, near);
  value(parts, node);
}

/** The time as a date, by the simulation's clock. */
function time(parts: StatementParts, node: Expression & { kind: "call" }): void {
  const [format] = node.args;
  if (format !== undefined && format.kind !== "text")
    parts.source.fail(node, 'time() takes a format: `"%H:%M:%S\\n"`.');
  parts.emitter.emit("call bpf_ktime_get_ns");
  const now = parts.emitter.keep(UNSIGNED, node);
  ask(parts, { kind: "time", format: format?.text ?? "%H:%M:%S\n" }, [now], node);
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
    parts.source.fail(
      node,
      `The format wants ${wanted.length === 1 ? "1 value" : `${wanted.length} values`}, and there are ${node.args.length - 1}.`,
      "Values are printed by %d %u %x %X %p %c %s %r, with `-`, a width, a precision and h, l or z.",
    );
  return format.text;
}

function print(parts: StatementParts, node: Span, format: string, args: readonly Expression[]): void {
  const values = args.map((arg) => value(parts, arg));
  const wanted = parseFormat(format).filter((part) => typeof part !== "string");
  for (const [i, { type }] of values.entries()) {
    const { conversion } = wanted[i] as { conversion: string };
    if (!prints(conversion, type))
      parts.source.fail(args[i]!, `%${conversion} does not print ${nameOfType(type)}.`, HOW[type.kind] ?? "Use %s.");
  }
  ask(parts, { kind: "printf", format, args: values.map(({ type }) => type) }, values, node);
}

const HOW: Readonly<Partial<Record<TraceType["kind"], string>>> = {
  int: "Numbers are printed by %d.",
  bytes: "Use %r.",
  tuple: "Use print(), or its elements one by one.",
};

function prints(conversion: string, { kind }: TraceType): boolean {
  switch (conversion) {
    case "v":
      return true;
    case "s":
      return kind !== "int" && kind !== "bytes" && kind !== "tuple";
    case "r":
      return kind === "bytes";
    default:
      return kind === "int" || kind === "symbol";
  }
}

function printMap(parts: StatementParts, node: Span, map: MapPlace, rest: readonly Expression[]): void {
  if (rest.length > 2) parts.source.fail(node, "print() takes a map, and two numbers at most.");
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
