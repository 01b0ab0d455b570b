import type { AnswerModel, CallModel, ProcessModel } from "../model.ts";
import type { YamlValue } from "../yaml/value.ts";
import { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";

/** A host's processes by name. */
export function buildProcesses(host: Fields, programs: Programs): Map<string, ProcessModel> {
  const processes = new Map<string, ProcessModel>();
  for (const { name, key, value } of host.named("processes")) {
    const fields = Fields.of(host.context, value, key);
    if (fields !== undefined) processes.set(name, buildProcess(name, fields, programs));
  }
  return processes;
}

function buildProcess(name: string, fields: Fields, programs: Programs): ProcessModel {
  const { context } = fields;
  const supervisor = readAnswers(fields, "supervisor");
  const tracer = readAnswers(fields, "tracer");
  return {
    name,
    place: fields.place,
    architecture: fields.text("arch")?.text ?? "x86_64",
    filters: fields.oneOrMore("seccomp").flatMap((value) => {
      const program = programs.refer(value);
      return program === undefined ? [] : [{ program, place: context.place(value.span) }];
    }),
    noNewPrivileges: fields.flag("no-new-privs") ?? true,
    threads: fields.number("threads") ?? 1,
    calls: fields.items("calls").flatMap((value) => readCall(value, fields) ?? []),
    ...(supervisor && { supervisor }),
    ...(tracer && { tracer }),
  };
}

function readCall(value: YamlValue, { context }: Fields): CallModel | undefined {
  if (value.kind !== "map") {
    const found = context.text(value);
    return found && { text: found.text, result: 0n, place: context.place(found.span) };
  }
  const fields = Fields.of(context, value)!;
  const found = fields.text("call");
  return found && { text: found.text, result: integer(fields, "result") ?? 0n, place: context.place(found.span) };
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
