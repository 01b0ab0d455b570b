import type { ErrorObject } from "ajv/dist/2020.js";
import type { JsonSchema } from "../../json-schema.ts";
import { suggestion } from "../../packet/describe/did-you-mean.ts";
import type { Span } from "../yaml/source-text.ts";
import { follow, type PathEnd, type YamlValue } from "../yaml/value.ts";
import { enumerate } from "./hints.ts";
import type { Problems } from "./problems.ts";
import { missingKeys } from "./simplify.ts";
import { kindOf, limitOf, shown, wanted, withArticle } from "./words.ts";

/** Steps of a JSON pointer (RFC 6901). */
export function pathOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The schema under `not`. */
interface Exclusion {
  readonly required?: readonly string[];
  readonly anyOf?: readonly { readonly required?: readonly string[] }[];
}

/** Values that a message names where only these are allowed. */
const MOST_NAMES = 8;

/** One violation and where it is. */
export class Violation {
  private readonly error: ErrorObject;
  private readonly problems: Problems;
  private readonly root: YamlValue;
  private readonly path: readonly string[];
  private readonly end: PathEnd;

  constructor(error: ErrorObject, root: YamlValue, problems: Problems) {
    this.error = error;
    this.problems = problems;
    this.root = root;
    this.path = pathOf(error.instancePath);
    this.end = follow(root, this.path);
  }

  tell(): void {
    const { keyword, params, schema } = this.error;
    const missing = missingKeys(this.error);
    if (keyword === "additionalProperties") this.unknownKey(params.additionalProperty);
    else if (missing.length > 0) this.missing(missing);
    else if (keyword === "not") this.exclusive(schema as Exclusion);
    else if (keyword === "propertyNames") this.badName(params.propertyName);
    else if (keyword === "minProperties" || keyword === "maxProperties") this.numberOfKeys();
    else if (keyword === "type") this.wrongType();
    else this.wrongValue();
  }

  private unknownKey(key: string): void {
    const { parentSchema } = this.error;
    const span = this.keySpan(key);
    const known = Object.keys((parentSchema?.properties as JsonSchema | undefined) ?? {});
    const hint = suggestion(key, known) ?? (known.length === 0 ? undefined : `Its keys are: ${enumerate(known)}.`);
    this.problems.add("schema-unknown-key", span, `\`${key}\` is not a key of ${this.subject}.`, hint);
  }

  private missing(keys: readonly string[]): void {
    const list = keys.map((key) => `\`${key}\``);
    const message =
      list.length === 1
        ? `${capital(this.subject)} needs ${list[0]}.`
        : `${capital(this.subject)} needs one of ${enumerate(list)}.`;
    // Told where the mapping has its name, since there is no place for what is missing.
    this.problems.add(
      "schema-missing-key",
      this.end.value.kind === "map" ? this.nameSpan : this.end.value.span,
      message,
    );
  }

  /** Two keys that stand together, the second one of `required` or any one of `anyOf`. */
  private exclusive({ required, anyOf }: Exclusion): void {
    const { value } = this.end;
    const [first, ...others] = [...(required ?? []), ...(anyOf ?? []).flatMap((branch) => branch.required ?? [])];
    const second = others.find((key) => value.kind === "map" && value.entries.has(key));
    if (first === undefined || second === undefined) {
      this.wrongValue();
      return;
    }
    const message = `\`${first}\` and \`${second}\` exclude each other in ${this.subject}.`;
    this.problems.add("schema-value", this.keySpan(second), message, "Give one of them.");
  }

  private badName(name: string): void {
    const { rule } = this.error.params;
    const hint = rule === undefined ? undefined : `A name here has ${rule}.`;
    this.problems.add("schema-value", this.keySpan(name), `'${name}' cannot be a name here.`, hint);
  }

  private numberOfKeys(): void {
    const { keyword, parentSchema, params } = this.error;
    const keys = Object.keys((parentSchema?.properties as JsonSchema | undefined) ?? {}).map((key) => `\`${key}\``);
    const says =
      keys.length === 0
        ? `${this.what} is empty.`
        : keyword === "maxProperties"
          ? `${capital(this.subject)} takes only one of ${enumerate(keys)}.`
          : params.limit === 1
            ? `${capital(this.subject)} needs one of ${enumerate(keys)}.`
            : `${capital(this.subject)} needs a further key that says what it expects.`;
    const hint = params.limit > 1 ? `Its keys are: ${enumerate(keys)}.` : undefined;
    this.problems.add("schema-missing-key", this.nameSpan, says, hint);
  }

  private wrongType(): void {
    const { parentSchema } = this.error;
    const { value } = this.end;
    const isUnquoted = value.kind === "scalar" && typeof value.value !== "string" && value.value !== null;
    const wantsText = [(parentSchema?.type as string | string[] | undefined) ?? []].flat().includes("string");
    this.problems.add(
      "schema-type",
      value.kind === "scalar" && value.value === null ? this.nameSpan : value.span,
      `${this.what} takes ${wanted(parentSchema as JsonSchema)}, not ${kindOf(value)}.`,
      isUnquoted && wantsText
        ? `To have it as text, put it in quotes: "${(value as { source: string }).source}".`
        : undefined,
    );
  }

  private wrongValue(): void {
    const { keyword, parentSchema, params, data, message } = this.error;
    const { span } = this.end.value;
    const { enum: values } = parentSchema as { enum?: readonly unknown[] };
    if (keyword === "enum" && values !== undefined) {
      const names = values.map(String);
      const takes = names.length <= MOST_NAMES ? wanted(parentSchema as JsonSchema) : `one of ${names.length} names`;
      const hint =
        (typeof data === "string" ? suggestion(data, names) : undefined) ??
        (names.length <= MOST_NAMES ? undefined : `Among them are: ${enumerate(names)}.`);
      this.problems.add("schema-value", span, `${this.what} takes ${takes}, not ${shown(data)}.`, hint);
      return;
    }
    if (keyword === "pattern") {
      const told = `${this.what} takes ${wanted(parentSchema as JsonSchema)}, not ${shown(data)}.`;
      this.problems.addUnlessExplained(span, "schema-value", span, told);
      return;
    }
    const takes = keyword === "const" ? String(params.allowedValue) : limitOf(this.error);
    this.problems.add(
      "schema-value",
      span,
      takes === undefined ? `${this.what} ${message}.` : `${this.what} takes ${takes}, not ${shown(data)}.`,
    );
  }

  /** `delay`, or where it is an item, `endpoints[1]`. */
  private get what(): string {
    if (this.path.length === 0) return "The file";
    let at = this.path.length - 1;
    while (at > 0 && /^\d+$/.test(this.path[at]!) && follow(this.root, this.path.slice(0, at)).value.kind === "list")
      at--;
    return `\`${this.path[at]}${this.path
      .slice(at + 1)
      .map((index) => `[${index}]`)
      .join("")}\``;
  }

  /** `a host`, or the key itself where the schema has no word for it. */
  private get subject(): string {
    const title = this.error.parentSchema?.title;
    if (typeof title !== "string") return this.what;
    return withArticle(title);
  }

  private get nameSpan(): Span {
    const { key, value } = this.end;
    return key ?? { start: value.span.start, end: value.span.start + 1 };
  }

  private keySpan(key: string): Span {
    const { value } = this.end;
    return (value.kind === "map" ? value.entries.get(key)?.key : undefined) ?? this.nameSpan;
  }
}

function capital(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}
