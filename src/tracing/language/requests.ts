import { LAST_SIGNAL, SIGNAL_NAMES, signalNamed } from "../../events/signal-names.ts";
import type { TraceAction } from "./actions.ts";
import { isFunction } from "./calls.ts";
import { type Operand, signed } from "./emitter.ts";
import { parseFormat } from "./format-text.ts";
import { nearHint } from "./hints.ts";
import { callDelete, keyed } from "./map-code.ts";
import { number } from "./number.ts";
import type { Span } from "./source.ts";
import type { StatementParts } from "./statement-parts.ts";
import type { Expression, MapPlace } from "./syntax-tree.ts";
import { nameOfType, sizeOfType, type TraceType, UNSIGNED } from "./types.ts";

const STATEMENTS = ["printf", "print", "clear", "zero", "delete", "exit", "time", "signal"];
/** What other tracers can do to the system, and the simulation cannot. */
const UNSAFE: Readonly<Record<string, string>> = {
  system: "The simulation runs no commands.",
  override: "Functions of the simulation cannot be made to fail.",
  cat: "The simulation has no files.",
  join: "No argument of the simulation's calls is a list of texts.",
  unwatch: "Memory is not watched.",
  skboutput: "Packets are captured by `netsim run --pcap`.",
};

/** A function that is called for what it does. */
export function call(parts: StatementParts, node: Expression & { kind: "call" }): void {
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
      if (found !== undefined) callDelete(parts, found);
      return;
    }
    case "signal":
      signal(parts, node);
      return;
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
  parts.evaluate(node);
}

/** Sends the process that runs a signal. */
function signal(parts: StatementParts, node: Expression & { kind: "call" }): void {
  const { emitter } = parts;
  const [which, ...rest] = node.args;
  if (which === undefined || rest.length > 0) parts.source.fail(node, 'signal() takes a signal: `signal("TERM")`.');
  if (which.kind === "text") {
    const name = which.text.startsWith("SIG") ? which.text : `SIG${which.text}`;
    const known = signalNamed(name);
    if (known === 0) parts.source.fail(which, `There is no signal '${which.text}'.`, nearHint(name, SIGNAL_NAMES));
    emitter.emit(`r1 = ${known}`);
  } else {
    if (which.kind === "number" && (which.value < 1n || which.value > LAST_SIGNAL))
      parts.source.fail(which, `Signals have the numbers from 1 to ${LAST_SIGNAL}.`);
    emitter.load("r1", number(parts, which));
  }
  emitter.emit("call bpf_send_signal");
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
  const values = args.map((arg) => parts.evaluate(arg));
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
