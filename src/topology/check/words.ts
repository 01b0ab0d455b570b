import type { ErrorObject } from "ajv/dist/2020.js";
import type { JsonSchema } from "../../json-schema.ts";
import type { YamlValue } from "../yaml/value.ts";
import { alternatives } from "./hints.ts";

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  null: "nothing",
};

/** What a schema takes: `a duration such as 50us`, `a list`, `text or a mapping (program reference)`. */
export function wanted({ title, type, examples, const: constant, enum: values }: JsonSchema): string {
  if (constant !== undefined) return String(constant);
  if (Array.isArray(values)) return alternatives(values.map(String));
  const types = [type ?? []].flat() as string[];
  const words = alternatives(types.map((name) => TYPES[name] ?? name));
  const example = Array.isArray(examples) ? examples.find((one) => typeof one !== "object") : undefined;
  const such = example === undefined ? "" : ` such as ${example}`;
  if (typeof title !== "string") return `${words}${such}`;
  const isPhrase = types.includes("string") && !types.includes("object");
  return isPhrase ? `${withArticle(title)}${such}` : `${words} (${title})${such}`;
}

/** `a link`, `an interface`; `a udp socket`. */
export function withArticle(noun: string): string {
  return `${/^[aeio]/i.test(noun) ? "an" : "a"} ${noun}`;
}

/** What a keyword that limits a value lets through: `at most 65535`, `exactly 2 entries`. */
export function limitOf({ keyword, params, parentSchema }: ErrorObject): string | undefined {
  const { minItems, maxItems } = (parentSchema ?? {}) as { minItems?: number; maxItems?: number };
  const { limit } = params;
  switch (keyword) {
    case "minimum":
      return `at least ${limit}`;
    case "maximum":
      return `at most ${limit}`;
    case "exclusiveMinimum":
      return `more than ${limit}`;
    case "exclusiveMaximum":
      return `less than ${limit}`;
    case "multipleOf":
      return `a multiple of ${params.multipleOf}`;
    case "minLength":
      return limit === 1 ? "text that is not empty" : `at least ${limit} characters`;
    case "maxLength":
      return `at most ${limit} characters`;
    case "minItems":
    case "maxItems":
      return `${minItems === maxItems ? "exactly" : keyword === "minItems" ? "at least" : "at most"} ${limit} entries`;
    case "uniqueItems":
      return "entries that differ";
    default:
      return undefined;
  }
}

/** What a value is: `text`, `a list`. */
export function kindOf(value: YamlValue): string {
  switch (value.kind) {
    case "list":
      return "a list";
    case "map":
      return "a mapping";
    case "scalar":
      if (value.value === null) return "nothing";
      if (typeof value.value === "string") return `the text '${shortened(value.value)}'`;
      return typeof value.value === "boolean" ? `${value.value}` : `the number ${shortened(value.source)}`;
  }
}

/** A plain value in a message. */
export function shown(value: unknown): string {
  if (typeof value === "string") return `'${shortened(value)}'`;
  if (value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 1 ? "1 entry" : `${value.length} entries`;
  return typeof value === "object" ? "a mapping" : String(value);
}

function shortened(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length < text.length || line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
