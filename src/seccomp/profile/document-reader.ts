import { nearestName } from "../../bpf/nearest-name.ts";
import type { Place } from "../../errors.ts";
import type { SourceText, Span } from "../../topology/yaml/source-text.ts";
import type { YamlMap, YamlScalar, YamlValue } from "../../topology/yaml/value.ts";
import { didYouMean, type Problems } from "./problems.ts";

/** Reads typed values out of a JSON or YAML document; whatever is of another type is noted as a problem, with its place. */
export class DocumentReader {
  readonly source: SourceText;
  readonly problems: Problems;

  constructor(source: SourceText, problems: Problems) {
    this.source = source;
    this.problems = problems;
  }

  place(at: { readonly span: Span } | Span): Place {
    return this.source.place("span" in at ? at.span : at);
  }

  /** The mapping; keys that are not among `known` are noted. */
  map(value: YamlValue, what: string, known: readonly string[]): YamlMap | undefined {
    if (value.kind !== "map") return this.mismatch(value, what, "a mapping");
    for (const [name, { key }] of value.entries)
      if (!known.includes(name))
        this.problems.error(
          "schema-unknown-key",
          this.place(key),
          `${what} has no key '${name}'.`,
          didYouMean(nearestName(name, known)) ?? `It has ${known.join(", ")}.`,
        );
    return value;
  }

  /** The value of a key; undefined where it is not there or null. */
  get(map: YamlMap | undefined, key: string): YamlValue | undefined {
    const value = map?.entries.get(key)?.value;
    return value === undefined || isNull(value) ? undefined : value;
  }

  list(value: YamlValue | undefined, what: string): readonly YamlValue[] {
    if (value === undefined) return [];
    if (value.kind === "list") return value.items;
    return this.mismatch(value, what, "a list") ?? [];
  }

  text(value: YamlValue | undefined, what: string): string | undefined {
    if (value === undefined) return undefined;
    if (value.kind === "scalar" && typeof value.value === "string") return value.value;
    return this.mismatch(value, what, "text");
  }

  /** A whole number, exactly. */
  integer(value: YamlValue | undefined, what: string, least: bigint, most: bigint): bigint | undefined {
    if (value === undefined) return undefined;
    const number = value.kind === "scalar" ? wholeNumber(value) : undefined;
    if (number === undefined) return this.mismatch(value, what, "a whole number");
    if (number >= least && number <= most) return number;
    this.problems.error("schema-value", this.place(value), `${what} is ${number}; it must be ${least} to ${most}.`);
    return undefined;
  }

  private mismatch(value: YamlValue, what: string, wanted: string): undefined {
    this.problems.error("schema-type", this.place(value), `${what} must be ${wanted}.`);
    return undefined;
  }
}

function wholeNumber({ value }: YamlScalar): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function isNull(value: YamlValue): boolean {
  return value.kind === "scalar" && value.value === null;
}
