import type { ErrorCode, Place } from "../../errors.ts";
import type { Problems } from "../check/problems.ts";
import { QuantityError } from "../quantity/quantity.ts";
import type { SourceText, Span } from "../yaml/source-text.ts";
import type { YamlValue } from "../yaml/value.ts";

/** A text of the file and where it stands. */
export interface LocatedText {
  readonly text: string;
  readonly span: Span;
}

/** What all builders of the model share: the file, and where they tell what is wrong. */
export class BuildContext {
  readonly source: SourceText;
  readonly problems: Problems;
  /** Places whose value has a type that the schema should have refused. */
  readonly mismatches: Place[] = [];

  constructor(source: SourceText, problems: Problems) {
    this.source = source;
    this.problems = problems;
  }

  place(span: Span): Place {
    return this.source.place(span);
  }

  /** Adds a problem; returns undefined so that a building function can end with it. */
  problem(code: ErrorCode, span: Span, message: string, hint?: string): undefined {
    this.problems.add(code, span, message, hint);
  }

  /** Notes a value that only a schema violation, already told, explains. */
  mismatch(span: Span): undefined {
    this.mismatches.push(this.source.place(span));
  }

  text(value: YamlValue | undefined): LocatedText | undefined {
    if (value === undefined) return undefined;
    if (value.kind !== "scalar" || typeof value.value !== "string") return this.mismatch(value.span);
    return { text: value.value, span: value.span };
  }

  /** What `parse` makes of a quantity as it is written; its QuantityError is told. */
  parsed<T>(value: YamlValue | undefined, parse: (text: string) => T): T | undefined {
    if (value === undefined) return undefined;
    const isQuantity = value.kind === "scalar" && value.value !== null && typeof value.value !== "boolean";
    return isQuantity ? this.attempt(value.source, value.span, parse, "bad-quantity") : this.mismatch(value.span);
  }

  /** What `parse` makes of a text; its QuantityError is told with `code`. */
  parsedText<T>(value: YamlValue | undefined, parse: (text: string) => T, code: ErrorCode): T | undefined {
    const found = this.text(value);
    return found && this.attempt(found.text, found.span, parse, code);
  }

  private attempt<T>(text: string, span: Span, parse: (text: string) => T, code: ErrorCode): T | undefined {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      return this.problem(code, span, error.message, error.hint);
    }
  }
}
