import { parse } from "yaml";
import type { JsonSchema } from "../json-schema.ts";

/** The sentence of a description that has the default: `Default 64.`, with more behind a comma or semicolon. */
const SENTENCE = /(?:^|[ (])Default:? `?([\w./+:-]*[\w/])`?(?=[.,;)](?: |$)| [a-z ]*`)/;
const IN_WORDS = /\b(?:Default|Absent)\b/;

/** What stands for a property that is not there, as its description says, or as follows from its type: no list has entries then. */
export function defaultOf(schema: JsonSchema): unknown {
  const {
    type,
    minItems,
    minProperties,
    required,
    description = "",
  } = schema as {
    type?: string;
    minItems?: number;
    minProperties?: number;
    required?: unknown;
    description?: string;
  };
  const written = SENTENCE.exec(description)?.[1];
  if (written !== undefined) {
    const value = valueIn(schema, written);
    if (value !== undefined) return value;
  }
  if (IN_WORDS.test(description)) return undefined;
  if (type === "boolean") return false;
  if (type === "array" && minItems === undefined) return [];
  if (type === "object" && minProperties === undefined && required === undefined) return {};
  return undefined;
}

/** The word as a value of the schema's type; undefined: it is a word of the sentence. */
function valueIn(schema: JsonSchema, word: string): unknown {
  const { type, enum: choices, pattern, anyOf } = schema;
  if (Array.isArray(anyOf))
    return (anyOf as JsonSchema[]).map((one) => valueIn(one, word)).find((found) => found !== undefined);
  const value: unknown = /^0x[\da-f]+$/i.test(word) ? Number(word) : parse(word);
  if (Array.isArray(choices)) return choices.find((choice) => choice === value);
  const types = [type].flat();
  if (types.includes("integer") && typeof value === "number") return value;
  if (types.includes("boolean") && typeof value === "boolean") return value;
  if (typeof value === "number" && typeof pattern === "string")
    return new RegExp(pattern).test(word) ? value : undefined;
  if (types.includes("string") && typeof pattern === "string") return new RegExp(pattern).test(word) ? word : undefined;
  return types.includes("string") && /^[A-Z`]|_/.test(word) ? word : undefined;
}

/** The description, which says what absence means. */
export function withAbsence(description: string): string {
  return IN_WORDS.test(description) ? description : `${description} Default: none.`;
}
