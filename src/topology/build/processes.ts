import { namesHint } from "../check/hints.ts";
import { besideFile } from "../document.ts";
import type { AnswerModel, CallModel, ProcessModel } from "../model.ts";
import type { Span } from "../yaml/source-text.ts";
import type { YamlValue } from "../yaml/value.ts";
import { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";

/** Number of a host's first process. */
const FIRST_PID = 1000;
/** TASK_COMM_LEN - 1 */
const COMM_LENGTH = 15;

/** A host's processes by name. */
export function buildProcesses(host: Fields, programs: Programs): Map<string, ProcessModel> {
  const processes = new Map<string, ProcessModel>();
  for (const [i, { name, key, value }] of host.named("processes").entries()) {
    const fields = Fields.of(host.context, value, key);
    if (fields !== undefined) processes.set(name, buildProcess(name, fields, programs, FIRST_PID + i));
  }
  for (const { name, key } of host.named("processes")) checkParents(name, processes, host, key);
  return processes;
}

/** A process has one first ancestor. */
function checkParents(name: string, processes: ReadonlyMap<string, ProcessModel>, host: Fields, span: Span): void {
  const seen = new Set<string>();
  for (let at = processes.get(name); at?.parent !== undefined; at = processes.get(at.parent)) {
    if (!processes.has(at.parent)) {
      if (at.name === name)
        host.context.problem(
          "unknown-reference",
          span,
          `The host has no process '${at.parent}' that '${name}' could be forked from.`,
          namesHint(at.parent, [...processes.keys()]),
        );
      return;
    }
    if (seen.has(at.name)) {
      host.context.problem("bad-topology", span, `The process '${name}' descends from itself.`);
      return;
    }
    seen.add(at.name);
  }
}

function buildProcess(name: string, fields: Fields, programs: Programs, pid: number): ProcessModel {
  const { context } = fields;
  const supervisor = readAnswers(fields, "supervisor");
  const tracer = readAnswers(fields, "tracer");
  const sigsys = readAnswers(fields, "sigsys");
  const replay = fields.text("replay");
  return {
    name,
    place: fields.place,
    architecture: fields.text("arch")?.text ?? "x86_64",
    filters: fields.oneOrMore("seccomp").flatMap((value) => {
      const program = programs.refer(value);
      return program === undefined ? [] : [{ program, place: context.place(value.span) }];
    }),
    noNewPrivileges: fields.flag("no-new-privs") ?? true,
    strict: fields.flag("strict") ?? false,
    threads: fields.number("threads") ?? 1,
    task: {
      pid: fields.number("pid") ?? pid,
      uid: fields.number("uid") ?? 0,
      gid: fields.number("gid") ?? 0,
      comm: (fields.text("comm")?.text ?? name).slice(0, COMM_LENGTH),
    },
    calls: readCalls(fields, "calls"),
    ...(replay && {
      replay: {
        text: replay.text,
        file: besideFile(context.source.file, replay.text),
        place: context.place(replay.span),
      },
    }),
    ...(fields.has("parent") && { parent: fields.text("parent")?.text ?? "" }),
    dumpable: fields.flag("dumpable") ?? true,
    ...(sigsys && { sigsys }),
    ...(supervisor && { supervisor }),
    ...(tracer && { tracer }),
  };
}

/** System calls in a list under a key. */
export function readCalls(fields: Fields, key: string): CallModel[] {
  return fields.items(key).flatMap((value) => readCall(value, fields) ?? []);
}

function readCall(value: YamlValue, { context }: Fields): CallModel | undefined {
  if (value.kind !== "map") {
    const found = context.text(value);
    return found && { text: found.text, result: 0n, count: 1, place: context.place(found.span) };
  }
  const fields = Fields.of(context, value)!;
  const found = fields.text("call");
  return (
    found && {
      text: found.text,
      result: integer(fields, "result") ?? 0n,
      count: fields.number("count") ?? 1,
      place: context.place(found.span),
    }
  );
}

function readAnswers(fields: Fields, key: string): Map<string, AnswerModel> | undefined {
  if (!fields.has(key)) return undefined;
  const answers = new Map<string, AnswerModel>();
  const whole = fields.fields(key);
  for (const { name, value } of fields.named(key)) {
    const own = whole && Fields.of(whole.context, value);
    const answer = own && readAnswer(own);
    if (answer !== undefined) answers.set(name, answer);
  }
  return answers;
}

function readAnswer(fields: Fields): AnswerModel | undefined {
  const { place } = fields;
  if (fields.has("continue")) return { kind: "continue", place };
  if (fields.has("value")) return { kind: "value", value: integer(fields, "value") ?? 0n, place };
  if (fields.has("fd")) {
    const number = fields.value("fd");
    const value = number?.kind === "scalar" && number.value !== "lowest" ? integer(fields, "fd") : undefined;
    return { kind: "descriptor", ...(value !== undefined && { value }), place };
  }
  for (const kind of ["errno", "call"] as const) {
    const found = fields.text(kind);
    if (found !== undefined) return { kind, text: found.text, place: fields.context.place(found.span) };
  }
  return undefined;
}

function integer(fields: Fields, key: string): bigint | undefined {
  const value = fields.value(key);
  if (value === undefined) return undefined;
  if (value.kind === "scalar" && typeof value.value === "bigint") return value.value;
  if (value.kind === "scalar" && Number.isSafeInteger(value.value)) return BigInt(value.value as number);
  return fields.context.mismatch(value.span);
}
