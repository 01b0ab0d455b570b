import type { JsonSchema } from "../../json-schema.ts";

/*
 * Shapes that topology schemas are put together from. Alternatives are told apart by `if`, on one key, and unions of
 * types by keywords that hold for one type only; never by `anyOf`, whose errors name every branch that did not fit.
 */

export type Properties = Readonly<Record<string, JsonSchema>>;

/** A mapping with these keys and no others. `title` is what messages call it: "a packet socket". */
export function mapping(
  title: string,
  properties: Properties,
  required: readonly string[] = [],
  more: JsonSchema = {},
): JsonSchema {
  return {
    title,
    type: "object",
    properties,
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    ...more,
  };
}

/** A mapping from names to values. */
export function named(value: JsonSchema, names: JsonSchema, description: string): JsonSchema {
  return { description, type: "object", additionalProperties: value, propertyNames: names };
}

/** A mapping whose `key` says which of the schemas holds for it. */
export function byKind(
  title: string,
  key: string,
  kinds: Readonly<Record<string, JsonSchema>>,
  description: string,
): JsonSchema {
  return {
    title,
    type: "object",
    required: [key],
    properties: { [key]: { enum: Object.keys(kinds), description } },
    allOf: Object.entries(kinds).map(([kind, schema]) => ({
      if: { type: "object", required: [key], properties: { [key]: { const: kind } } },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
      then: schema,
    })),
  };
}

/** The schema whose key is present, in this order, else `otherwise`. */
export function byKey(
  alternatives: readonly (readonly [key: string, schema: JsonSchema])[],
  otherwise: JsonSchema,
): JsonSchema {
  return alternatives.reduceRight<JsonSchema>(
    (rest, [key, schema]) => ({
      if: { type: "object", required: [key] },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
      then: schema,
      else: rest,
    }),
    otherwise,
  );
}

/** What `byKey` falls back on: a mapping that lacks all of the keys and needs one of them. */
export function noneOf(title: string, keys: readonly string[], more: Properties = {}): JsonSchema {
  return mapping(title, { ...more, ...Object.fromEntries(keys.map((key) => [key, {}])) }, [], oneOfKeys(keys));
}

/** At least one of the keys. `title` is for messages, where this is not part of a mapping's own schema. */
export function oneOfKeys(keys: readonly string[], title?: string): JsonSchema {
  return { ...(title === undefined ? {} : { title }), anyOf: keys.map((key) => ({ required: [key] })) };
}

/** Not both of the keys. */
export function exclusive(first: string, second: string, title?: string): JsonSchema {
  return { ...(title === undefined ? {} : { title }), not: { type: "object", required: [first, second] } };
}

export function ref(definition: string, description?: string): JsonSchema {
  return { $ref: `#/$defs/${definition}`, ...(description === undefined ? {} : { description }) };
}

export function list(items: JsonSchema, description: string, more: JsonSchema = {}): JsonSchema {
  return { type: "array", items, description, ...more };
}

export function integer(minimum: number, maximum: number, description: string, more: JsonSchema = {}): JsonSchema {
  return { type: "integer", minimum, maximum, description, ...more };
}

export const text: JsonSchema = { type: "string", minLength: 1 };
