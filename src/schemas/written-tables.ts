import type { JsonSchema } from "../json-schema.ts";
import { LAYER_SCHEMAS } from "../packet/describe/schema.ts";

/** A value that stands for a column of a case's table. */
const REFERENCE: JsonSchema = {
  title: "column",
  type: "string",
  pattern: "\\$",
  description: "A column of the table under `with`, as $name.",
};

const COLUMNS: JsonSchema = {
  title: "table",
  type: "object",
  properties: {
    columns: {
      type: "array",
      items: { type: "string", minLength: 1 },
      minItems: 1,
      description: "Names of the columns.",
      examples: [["port", "verdict"]],
    },
    rows: {
      type: "array",
      items: { type: "array" },
      description: "Rows, each a list of a value for each column.",
      examples: [
        [
          [22, "passed"],
          [80, "dropped"],
        ],
      ],
    },
  },
  required: ["columns", "rows"],
  additionalProperties: false,
};

const TABLE: JsonSchema = {
  title: "table",
  type: ["array", "object"],
  description:
    "Makes a case of each row: a list of mappings, or `columns` and `rows`. `$name` in the case stands for the row's value.",
  examples: [[{ port: 22, verdict: "passed" }]],
  if: { type: "object" },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
  then: COLUMNS,
  else: { type: "array", items: { type: "object" } },
};

type Named = Readonly<Record<string, JsonSchema>>;

/**
 * The schema of policy tests as people write them: with tables, whose columns may stand for any value of a case, and with the keys of
 * the packets' layers. What checks a test sees its tables written out, and leaves layers to those who read them.
 * @param schema with a definition `case`.
 */
export function withTables(schema: JsonSchema): JsonSchema {
  const definitions = schema.$defs as Named;
  const own = definitions.case!;
  const { packet, ...properties } = own.properties as Named;
  const layers = Object.entries(LAYER_SCHEMAS);
  const written = {
    packet: {
      ...packet,
      properties: Object.fromEntries(layers.map(([name]) => [name, { $ref: `#/$defs/layer-${name}` }])),
    },
    ...referring(properties),
    with: TABLE,
  };
  return {
    ...schema,
    $defs: {
      ...definitions,
      ...Object.fromEntries(layers.map(([name, layer]) => [`layer-${name}`, mayRefer(layer)])),
      case: { ...own, properties: written },
    },
  };
}

const referring = (properties: Named): Named =>
  Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, mayRefer(one)]));

/** Keywords that stay with a property, beside what its value may be. */
const ABOUT: readonly string[] = ["description", "examples", "default"];

/** The schema, which a column may stand for where it is about a single value, or for values in it. */
function mayRefer(schema: JsonSchema): JsonSchema {
  const { properties, items, anyOf, ...rest } = schema as Forms & JsonSchema;
  const inner = {
    ...rest,
    ...(properties && { properties: referring(properties) }),
    ...(items && { items: mayRefer(items) }),
  };
  if (anyOf !== undefined) return { ...inner, anyOf: [...anyOf.map(mayRefer), REFERENCE] };
  const isMany = [schema.type].flat().some((type) => type === "object" || type === "array" || type === "null");
  if (isMany) return inner;
  const entries = Object.entries(inner);
  return {
    ...Object.fromEntries(entries.filter(([keyword]) => ABOUT.includes(keyword))),
    anyOf: [Object.fromEntries(entries.filter(([keyword]) => !ABOUT.includes(keyword))), REFERENCE],
  };
}

interface Forms {
  readonly properties?: Named;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}
