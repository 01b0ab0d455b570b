import type { ErrorCode, Place } from "../../errors.ts";
import type { Span } from "../yaml/source-text.ts";
import type { YamlMap, YamlValue } from "../yaml/value.ts";
import type { BuildContext, LocatedText } from "./context.ts";

/**
 * A mapping of the file, read key by key. A key that is absent or of a wrong type, which the schema has told then,
 * reads as undefined.
 */
export class Fields {
  readonly context: BuildContext;
  readonly map: YamlMap;
  /** Where the mapping has its name: its key, or its beginning. */
  readonly span: Span;

  private constructor(context: BuildContext, map: YamlMap, span: Span) {
    this.context = context;
    this.map = map;
    this.span = span;
  }

  /** Undefined where the value is no mapping. */
  static of(context: BuildContext, value: YamlValue, key?: Span): Fields | undefined {
    if (value.kind !== "map") return context.mismatch(value.span);
    const { start } = value.span;
    return new Fields(context, value, key ?? { start, end: start + 1 });
  }

  get place(): Place {
    return this.context.place(this.span);
  }

  has(key: string): boolean {
    return this.map.entries.has(key);
  }

  value(key: string): YamlValue | undefined {
    return this.map.entries.get(key)?.value;
  }

  keySpan(key: string): Span {
    return this.map.entries.get(key)?.key ?? this.span;
  }

  text(key: string): LocatedText | undefined {
    return this.context.text(this.value(key));
  }

  flag(key: string): boolean | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (value.kind !== "scalar" || typeof value.value !== "boolean") return this.context.mismatch(value.span);
    return value.value;
  }

  number(key: string): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (value.kind !== "scalar" || typeof value.value !== "number") return this.context.mismatch(value.span);
    return value.value;
  }

  /** The text, where it is one of `values`. */
  choice<T extends string>(key: string, ...values: readonly T[]): T | undefined {
    const found = this.text(key);
    return values.find((value) => value === found?.text) ?? (found && this.context.mismatch(found.span));
  }

  parsed<T>(key: string, parse: (text: string) => T): T | undefined {
    return this.context.parsed(this.value(key), parse);
  }

  parsedText<T>(key: string, parse: (text: string) => T, code: ErrorCode): T | undefined {
    return this.context.parsedText(this.value(key), parse, code);
  }

  /** Items of a list; none where it is absent. */
  items(key: string): readonly YamlValue[] {
    const value = this.value(key);
    if (value === undefined) return [];
    if (value.kind === "list") return value.items;
    this.context.mismatch(value.span);
    return [];
  }

  /** The items of a list, or the single value that stands instead of one. */
  oneOrMore(key: string): readonly YamlValue[] {
    const value = this.value(key);
    return value === undefined ? [] : value.kind === "list" ? value.items : [value];
  }

  fields(key: string): Fields | undefined {
    const entry = this.map.entries.get(key);
    return entry && Fields.of(this.context, entry.value, entry.key);
  }

  /** The mappings of a list. */
  itemFields(key: string): readonly Fields[] {
    return this.items(key).flatMap((item) => Fields.of(this.context, item) ?? []);
  }

  /** The named values of a mapping of names. */
  named(key: string): readonly { readonly name: string; readonly key: Span; readonly value: YamlValue }[] {
    const value = this.value(key);
    if (value === undefined) return [];
    if (value.kind === "map") return [...value.entries].map(([name, entry]) => ({ name, ...entry }));
    this.context.mismatch(value.span);
    return [];
  }
}
