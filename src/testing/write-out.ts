import { namesHint } from "../topology/check/hints.ts";
import type { Problems } from "../topology/check/problems.ts";
import type { YamlEntry, YamlList, YamlMap, YamlScalar, YamlValue } from "../topology/yaml/value.ts";

/** A row of a table: values by the names that a case refers to them by. */
type Row = ReadonlyMap<string, YamlValue>;

const REFERENCE = /\$(\$|\{([A-Za-z_][\w-]*)\}|([A-Za-z_][\w-]*))/g;
const WHOLE = /^\$(?:\{([A-Za-z_][\w-]*)\}|([A-Za-z_][\w-]*))$/;

/** The test with its tables written out: a case with `with` becomes one for each row, `$name` replaced by the row's value. */
export function writeOutTables(root: YamlMap, problems: Problems): YamlMap {
  const cases = root.entries.get("cases");
  if (cases?.value.kind !== "list") return root;
  const items = cases.value.items.flatMap((item) => casesOf(item, problems));
  return withEntry(root, "cases", { key: cases.key, value: listOf(cases.value, items) });
}

function casesOf(item: YamlValue, problems: Problems): YamlValue[] {
  const table = item.kind === "map" ? item.entries.get("with") : undefined;
  if (item.kind !== "map" || table === undefined) return [item];
  const entries = new Map(item.entries);
  entries.delete("with");
  const pattern = mapOf(item, entries);
  return rowsOf(table, problems).map((row) => replaced(pattern, row, problems));
}

/** Rows as a list of mappings, or `{ columns: [...], rows: [[...], ...] }`. */
function rowsOf({ key, value }: YamlEntry, problems: Problems): Row[] {
  const refuse = (span = key) => {
    problems.add(
      "schema-type",
      span,
      "`with` takes a list of mappings, or `columns` and `rows`.",
      "As in `with: { columns: [port, verdict], rows: [[22, passed], [80, dropped]] }`.",
    );
    return [];
  };
  if (value.kind === "list")
    return value.items.flatMap((item) =>
      item.kind === "map"
        ? [new Map([...item.entries].map(([name, entry]) => [name, entry.value] as const))]
        : refuse(item.span),
    );
  if (value.kind !== "map") return refuse();
  const columns = value.entries.get("columns")?.value;
  const rows = value.entries.get("rows")?.value;
  if (columns?.kind !== "list" || rows?.kind !== "list" || value.entries.size !== 2) return refuse();
  const names = columns.items.map((column) => (column.kind === "scalar" ? column.source : ""));
  return rows.items.flatMap((row) => {
    if (row.kind === "list" && row.items.length === names.length)
      return [new Map(names.map((name, i) => [name, row.items[i]!] as const))];
    problems.add("schema-value", row.span, `A row here is a list of ${names.length} values, one for each column.`);
    return [];
  });
}

function replaced(value: YamlValue, row: Row, problems: Problems): YamlValue {
  switch (value.kind) {
    case "scalar":
      return typeof value.value === "string" && value.value.includes("$") ? inText(value, row, problems) : value;
    case "list":
      return listOf(
        value,
        value.items.map((item) => replaced(item, row, problems)),
      );
    case "map": {
      const entries = [...value.entries].map(([name, entry]): [string, YamlEntry] => {
        const key = name.includes("$") ? textOf(name, row, entry.key, problems) : name;
        return [key, { key: entry.key, value: replaced(entry.value, row, problems) }];
      });
      return mapOf(value, new Map(entries));
    }
  }
}

function inText(scalar: YamlScalar, row: Row, problems: Problems): YamlValue {
  const text = scalar.value as string;
  const whole = WHOLE.exec(text);
  const found = whole === null ? undefined : row.get(whole[1] ?? whole[2]!);
  if (found !== undefined) return found;
  const filled = textOf(text, row, scalar.span, problems);
  return { ...scalar, value: filled, source: filled, plain: filled };
}

function textOf(text: string, row: Row, span: YamlValue["span"], problems: Problems): string {
  return text.replace(REFERENCE, (all, one: string, braced: string | undefined, bare: string | undefined) => {
    if (one === "$") return "$";
    const name = braced ?? bare!;
    const value = row.get(name);
    if (value?.kind === "scalar") return value.source;
    if (value === undefined)
      problems.add("unknown-reference", span, `The table has no column '${name}'.`, namesHint(name, [...row.keys()]));
    return value === undefined ? all : JSON.stringify(value.plain);
  });
}

function withEntry(map: YamlMap, name: string, entry: YamlEntry): YamlMap {
  return mapOf(map, new Map([...map.entries, [name, entry]]));
}

function mapOf({ span }: YamlMap, entries: ReadonlyMap<string, YamlEntry>): YamlMap {
  const plain: Record<string, unknown> = Object.create(null);
  for (const [name, entry] of entries) plain[name] = entry.value.plain;
  return { kind: "map", span, entries, plain };
}

function listOf({ span }: YamlList, items: readonly YamlValue[]): YamlList {
  return { kind: "list", span, items, plain: items.map(({ plain }) => plain) };
}
