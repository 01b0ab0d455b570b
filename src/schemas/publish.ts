import type { JsonSchema } from "../json-schema.ts";
import { defaultOf, withAbsence } from "./defaults.ts";
import { Examples } from "./examples.ts";

/** Keywords whose values are data, or tests that nobody reads, and no schemas with properties of their own. */
const OPAQUE: readonly string[] = ["enum", "const", "examples", "default", "required", "if", "not"];

/** Descriptions of properties by name, as alternatives further out have them. */
type Known = Readonly<Record<string, JsonSchema>>;

/**
 * A schema for editors and other programs to read: what validation has, and for every property a description that says what its absence
 * means, its default as a value where it has one, and an example. What is said elsewhere in the schema is not to be said twice in its
 * source; here it is repeated where editors look.
 * @param examples of properties that have none of their own, by `property` or `owner.property`.
 */
export function published(schema: JsonSchema, examples: Readonly<Record<string, unknown>> = {}): JsonSchema {
  return new Publisher(schema, examples).all();
}

class Publisher {
  private readonly schema: JsonSchema;
  private readonly definitions: Known;
  private readonly examples: Examples;

  constructor(schema: JsonSchema, examples: Readonly<Record<string, unknown>>) {
    this.schema = schema;
    this.definitions = (schema.$defs ?? {}) as Known;
    this.examples = new Examples(this.definitions, examples);
  }

  all(): JsonSchema {
    const { $defs, ...rest } = this.schema;
    const definitions = Object.entries(this.definitions).map(([name, one]) => [name, this.visit(one, name, {})]);
    return { ...this.visit(rest, "", {}), ...($defs !== undefined && { $defs: Object.fromEntries(definitions) }) };
  }

  private visit(schema: JsonSchema, owner: string, known: Known): JsonSchema {
    const { required = [], properties = {} } = schema as { required?: string[]; properties?: Known };
    const inside = { ...known, ...this.alternatives(schema), ...described(properties) };
    const entries = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
      if (keyword === "properties") return [keyword, this.properties(value as Known, owner, inside, required)];
      if (OPAQUE.includes(keyword)) return [keyword, value];
      if (Array.isArray(value)) return [keyword, value.map((one) => this.visitValue(one, owner, inside))];
      return [keyword, this.visitValue(value, owner, inside)];
    });
    return Object.fromEntries(entries);
  }

  private visitValue(value: unknown, owner: string, known: Known): unknown {
    return typeof value === "object" && value !== null ? this.visit(value as JsonSchema, owner, known) : value;
  }

  private properties(properties: Known, owner: string, known: Known, required: readonly string[]): Known {
    return Object.fromEntries(
      Object.entries(properties).map(([name, property]) => {
        const own = isBare(property) ? { ...this.definition(`layer-${name}`), ...known[name], ...property } : property;
        const below = this.visit(own, name, {});
        const target = this.target(own);
        const description = (own.description ?? target?.description) as string | undefined;
        const isOptional = !required.includes(name) && !("const" in own);
        const initial = own.default ?? (isOptional ? defaultOf({ ...target, ...own }) : undefined);
        const example = this.examples.of(initial === undefined ? own : { ...own, default: initial }, name, owner);
        return [
          name,
          {
            ...below,
            ...(description !== undefined && {
              description: isOptional && initial === undefined ? withAbsence(description) : description,
            }),
            ...(initial !== undefined && { default: initial }),
            ...(own.examples === undefined && example !== undefined && { examples: [example] }),
          },
        ];
      }),
    );
  }

  /** Properties that tell alternatives apart, of a chain of if, then and else. */
  private alternatives(schema: JsonSchema): Known {
    const found: Record<string, JsonSchema> = {};
    for (let at = schema; at?.then !== undefined; at = at.else as JsonSchema) {
      const keys = (at.if as { required?: string[] }).required ?? [];
      const { properties = {} } = at.then as { properties?: Known };
      for (const key of keys)
        if (properties[key] !== undefined && !isBare(properties[key])) found[key] = properties[key];
    }
    return found;
  }

  private target({ $ref }: JsonSchema): JsonSchema | undefined {
    return typeof $ref === "string" ? this.definitions[$ref.slice("#/$defs/".length)] : undefined;
  }

  private definition(name: string): JsonSchema {
    return name in this.definitions ? { $ref: `#/$defs/${name}` } : {};
  }
}

/** Nothing but the name, or the one value by which an alternative is told from others. */
const isBare = (schema: JsonSchema): boolean => Object.keys(schema).every((keyword) => keyword === "const");

function described(properties: Known): Known {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, { description }]) =>
      description === undefined ? [] : [[name, { description }]],
    ),
  );
}
