import { type Alias, isAlias, isScalar, isSeq, type ParsedNode, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { Diagnostic, ErrorCode } from "../../errors.ts";
import type { SourceText, Span } from "./source-text.ts";
import type { YamlEntry, YamlValue } from "./value.ts";

/** Deepest nesting that is read; a topology needs about ten levels. It bounds every recursion over the file. */
export const DEEPEST = 100;

/** Values that a file may have after its aliases are expanded, beyond those that it has without. */
const MOST_ALIASED_VALUES = 1_000_000;

/** Turns a composed document into located values: aliases and merge keys resolved, keys made text. */
export function convert(root: ParsedNode, source: SourceText, problems: Diagnostic[]): YamlValue | undefined {
  const converter = new Converter(source, problems);
  const value = converter.value(root, 0);
  return problems.length > 0 ? undefined : value;
}

/** How large and deep an anchor's value is with its own aliases expanded. */
interface Anchor {
  /** Undefined while the value is being read. */
  value: YamlValue | undefined;
  size: number;
  depth: number;
}

class Converter {
  private readonly source: SourceText;
  private readonly problems: Diagnostic[];
  private readonly anchors = new Map<string, Anchor>();
  /** Values read so far, those behind aliases counted each time. */
  private size = 0;
  private aliased = 0;
  /** Deepest level reached since the innermost anchor began. */
  private deepest = 0;

  constructor(source: SourceText, problems: Diagnostic[]) {
    this.source = source;
    this.problems = problems;
  }

  value(node: ParsedNode | null, depth: number): YamlValue {
    if (node === null) return nullAt({ start: 0, end: 0 });
    if (isAlias(node)) return this.alias(node, depth);
    this.size++;
    this.deepest = Math.max(this.deepest, depth);
    const { anchor: name } = node;
    if (name === undefined) return this.fresh(node, depth);
    const anchor: Anchor = { value: undefined, size: 0, depth: 0 };
    this.anchors.set(name, anchor);
    const { size, deepest } = this;
    this.deepest = depth;
    anchor.value = this.fresh(node, depth);
    anchor.size = this.size - size + 1;
    anchor.depth = this.deepest - depth;
    this.deepest = Math.max(this.deepest, deepest);
    return anchor.value;
  }

  private fresh(node: Exclude<ParsedNode, Alias.Parsed>, depth: number): YamlValue {
    if (isScalar(node)) return scalar(node);
    return isSeq(node) ? this.list(node, depth) : this.map(node, depth);
  }

  private list(node: YAMLSeq.Parsed, depth: number): YamlValue {
    const items = node.items.map((item) => this.value(item, depth + 1));
    return { kind: "list", span: spanOf(node), items, plain: items.map((item) => item.plain) };
  }

  private map(node: YAMLMap.Parsed, depth: number): YamlValue {
    const entries = new Map<string, YamlEntry>();
    const merged: YamlValue[] = [];
    for (const { key, value: content } of node.items) {
      if (!isScalar(key)) {
        this.error(
          "yaml-syntax",
          key === null ? spanOf(node) : spanOf(key),
          "A key must be plain text, not a list, a mapping or an alias.",
        );
        continue;
      }
      const span = spanOf(key);
      const value = content === null ? nullAt(span) : this.value(content, depth + 1);
      if (key.type === "PLAIN" && key.source === "<<") {
        merged.push(...this.mergeable(value, span));
        continue;
      }
      const name = key.source;
      const first = entries.get(name);
      if (first === undefined) entries.set(name, { key: span, value });
      else
        this.error(
          "duplicate-name",
          span,
          `The key '${name}' is here twice.`,
          `The first is on line ${this.source.lineAt(first.key.start)}.`,
        );
    }
    for (const from of merged)
      if (from.kind === "map")
        for (const [name, entry] of from.entries) if (!entries.has(name)) entries.set(name, entry);
    const plain: Record<string, unknown> = Object.create(null);
    for (const [name, entry] of entries) plain[name] = entry.value.plain;
    return { kind: "map", span: spanOf(node), entries, plain };
  }

  /** The mappings that a merge key brings, those that win first. */
  private mergeable(value: YamlValue, key: Span): readonly YamlValue[] {
    const sources = value.kind === "list" ? value.items : [value];
    if (sources.every((source) => source.kind === "map")) return sources;
    this.error(
      "yaml-syntax",
      key,
      "A merge key '<<' takes a mapping, or a list of mappings.",
      "Name one by its anchor: `<<: *defaults`.",
    );
    return [];
  }

  private alias(node: Alias.Parsed, depth: number): YamlValue {
    const span = spanOf(node);
    const { source: name } = node;
    const anchor = this.anchors.get(name);
    if (anchor === undefined) {
      this.error("yaml-syntax", span, `There is no anchor '&${name}' before this alias.`);
      return nullAt(span);
    }
    if (anchor.value === undefined) {
      this.error("yaml-syntax", span, `The alias '*${name}' stands inside the value that it points at.`);
      return nullAt(span);
    }
    this.size += anchor.size;
    this.aliased += anchor.size;
    this.deepest = Math.max(this.deepest, depth + anchor.depth);
    if (this.aliased > MOST_ALIASED_VALUES)
      this.once(span, `Aliases make the file larger than ${MOST_ALIASED_VALUES.toLocaleString("en")} values.`);
    else if (depth + anchor.depth > DEEPEST) this.once(span, `Aliases nest the file more than ${DEEPEST} levels deep.`);
    return anchor.value;
  }

  private once(span: Span, message: string): void {
    if (!this.problems.some(({ code }) => code === "yaml-alias-limit"))
      this.error(
        "yaml-alias-limit",
        span,
        message,
        "An alias stands for a copy of its whole value; aliases of aliases multiply.",
      );
  }

  private error(code: ErrorCode, span: Span, message: string, hint?: string): void {
    this.problems.push({
      code,
      severity: "error",
      message,
      place: this.source.place(span),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function scalar(node: Scalar.Parsed): YamlValue {
  let value = node.value as string | number | bigint | boolean | null;
  if (typeof value === "bigint" && BigInt.asIntN(54, value) === value) value = Number(value);
  return {
    kind: "scalar",
    span: spanOf(node),
    value,
    source: typeof value === "string" ? value : node.source,
    isBlock: node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED",
    plain: typeof value === "bigint" ? Number(value) : value,
  };
}

function nullAt(span: Span): YamlValue {
  return { kind: "scalar", span, value: null, source: "", isBlock: false, plain: null };
}

function spanOf({ range: [start, end] }: { range: readonly [number, number, number] }): Span {
  return { start, end };
}
