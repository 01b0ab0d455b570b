import type { Hook } from "../../hooks/hook.ts";
import type { HistogramModel, TracingModel } from "../model.ts";
import { parseDuration } from "../quantity/duration.ts";
import type { YamlValue } from "../yaml/value.ts";
import type { Drafts } from "./drafts.ts";
import { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";

/** Nanoseconds from one sample to the next. */
const DEFAULT_PERIOD = 1e6;

/** The entries of `tracing`: programs and one-liners. */
export function buildTracing(root: Fields, drafts: Drafts, programs: Programs, hooks: readonly Hook[]): TracingModel[] {
  return root.items("tracing").flatMap((value) => buildEntry(value, root, drafts, programs, hooks) ?? []);
}

function buildEntry(
  value: YamlValue,
  root: Fields,
  drafts: Drafts,
  programs: Programs,
  hooks: readonly Hook[],
): TracingModel | undefined {
  const { context } = root;
  if (value.kind !== "map") {
    const found = context.text(value);
    return found && { kind: "expression", text: found.text, place: context.place(found.span) };
  }
  const fields = Fields.of(context, value)!;
  const reference = fields.value("program");
  const program = reference && programs.refer(reference);
  const hook = hooks.find(({ key }) => fields.has(key));
  const target = hook && fields.text(hook.key);
  const named = fields.text("node");
  const node = named && drafts.node(named.text, named.span);
  const histogram = buildHistogram(fields);
  if (program === undefined || (named !== undefined && node === undefined)) return undefined;
  return {
    kind: "program",
    program,
    place: fields.place,
    every: fields.parsed("every", parseDuration) ?? DEFAULT_PERIOD,
    ...(hook && target && { on: { hook: hook.name, target: target.text, place: context.place(target.span) } }),
    ...(node && { node: node.name }),
    ...(histogram && { histogram }),
  };
}

function buildHistogram(entry: Fields): HistogramModel | undefined {
  if (!entry.has("histogram")) return undefined;
  const fields = entry.fields("histogram");
  const map = fields?.text("map");
  if (fields === undefined || map === undefined) return undefined;
  return {
    map: map.text,
    label: fields.text("label")?.text ?? "value",
    title: fields.text("title")?.text ?? map.text,
    place: fields.context.place(map.span),
  };
}
