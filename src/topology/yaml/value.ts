import type { Span } from "./source-text.ts";

/** A value of a YAML file that remembers where it stands. What aliases point at occurs several times as one object. */
export type YamlValue = YamlScalar | YamlList | YamlMap;

interface YamlCommon {
  readonly span: Span;
  /** The value as JSON has it, integers beyond 2^53 rounded: what the schema is checked against. */
  readonly plain: unknown;
}

export interface YamlScalar extends YamlCommon {
  readonly kind: "scalar";
  /** Integers are exact: a bigint where a number would not be. */
  readonly value: string | number | bigint | boolean | null;
  /** As written, quotes and escapes resolved: `1.10`, where `value` is 1.1. */
  readonly source: string;
  /** True for `|` and `>`, whose text begins on the line after the indicator. */
  readonly isBlock: boolean;
}

export interface YamlList extends YamlCommon {
  readonly kind: "list";
  readonly items: readonly YamlValue[];
}

export interface YamlMap extends YamlCommon {
  readonly kind: "map";
  /** In the order of the file; what merge keys (`<<`) bring comes last. */
  readonly entries: ReadonlyMap<string, YamlEntry>;
}

export interface YamlEntry {
  readonly key: Span;
  readonly value: YamlValue;
}

/** The value as parsers of single parts take it: as `plain`, with exact bigints instead of rounded integers. */
export function exact(value: YamlValue): unknown {
  switch (value.kind) {
    case "scalar":
      return value.value;
    case "list":
      return value.items.map(exact);
    case "map": {
      const object: Record<string, unknown> = Object.create(null);
      for (const [key, entry] of value.entries) object[key] = exact(entry.value);
      return object;
    }
  }
}

/** What a path of keys and indices leads to, as far as it leads. */
export interface PathEnd {
  /** The last value on the way that exists. */
  readonly value: YamlValue;
  /** The key that leads to it. */
  readonly key?: Span;
  /** Name of the last step: the key, or the nearest key above a list's item. */
  readonly name?: string;
}

/** Follows a path from `root`, stopping at the first step that does not exist. */
export function follow(root: YamlValue, path: readonly (string | number)[]): PathEnd {
  let end: PathEnd = { value: root };
  for (const step of path) {
    const { value, name } = end;
    if (value.kind === "map") {
      const entry = value.entries.get(String(step));
      if (entry === undefined) break;
      end = { value: entry.value, key: entry.key, name: String(step) };
    } else if (value.kind === "list") {
      const item = value.items[Number(step)];
      if (item === undefined) break;
      end = { value: item, ...(name === undefined ? {} : { name }) };
    } else break;
  }
  return end;
}
