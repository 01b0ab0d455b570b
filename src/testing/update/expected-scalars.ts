import type { Place } from "../../errors.ts";
import { Problems } from "../../topology/check/problems.ts";
import type { TopologyDocument } from "../../topology/document.ts";
import type { YamlMap, YamlScalar, YamlValue } from "../../topology/yaml/value.ts";
import { writeOutTables } from "../write-out.ts";

/** The single values of a test's file by where they stand, and how often aliases and tables use each. */
export class ExpectedScalars {
  private readonly document: TopologyDocument;
  private readonly found = new Map<string, { scalar: YamlScalar; uses: number }>();

  constructor(document: TopologyDocument) {
    this.document = document;
    this.visit(writtenOut(document));
  }

  /**
   * The value that an expectation of a case, or a counter of a topology's entry of `expect`, stands for; undefined where it is no
   * single one.
   * @param subject names a topology's counter with its last word.
   */
  find(place: Place, subject: string): { scalar: YamlScalar; uses: number } | undefined {
    const { root } = this.document;
    const entries = root.entries.get("expect")?.value;
    if (root.entries.has("cases") || entries?.kind !== "list") return this.found.get(keyOf(place));
    const entry = entries.items.find(({ span }) => keyOf(this.document.source.place(span)) === keyOf(place));
    if (entry?.kind !== "map") return undefined;
    const run = entry.entries.get("run")?.value;
    const own = run?.kind === "map" ? run : entry;
    const name = /^map .* key /.test(subject) ? "value" : subject.slice(subject.lastIndexOf(" ") + 1);
    const value = own.entries.get(name)?.value;
    return value && this.found.get(keyOf(this.document.source.place(value.span)));
  }

  private visit(value: YamlValue): void {
    if (value.kind === "list") for (const item of value.items) this.visit(item);
    if (value.kind === "map") for (const entry of value.entries.values()) this.visit(entry.value);
    if (value.kind !== "scalar" || value.value === null) return;
    const key = keyOf(this.document.source.place(value.span));
    const known = this.found.get(key);
    if (known === undefined) this.found.set(key, { scalar: value, uses: 1 });
    else known.uses++;
  }
}

/** The document with its tables written out, as its cases are run. */
function writtenOut({ source, root }: TopologyDocument): YamlMap {
  return writeOutTables(root, new Problems(source));
}

/** All that a test says beside what it expects and what its cases are called: an update leaves it alone. */
export function inputsOf(document: TopologyDocument): string {
  const { cases, expect: _, ...rest } = writtenOut(document).plain as Record<string, unknown>;
  const inputs = Array.isArray(cases)
    ? cases.map((one: Record<string, unknown>) => ({ ...one, expect: undefined, name: undefined }))
    : cases;
  return JSON.stringify([inputs, rest]);
}

const keyOf = ({ line, column }: Place): string => `${line}:${column}`;
