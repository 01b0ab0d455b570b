import type { JsonSchema } from "../json-schema.ts";

/** Levels of references that an example is put together through. */
const DEEPEST = 8;

/** Examples of properties: their own, those in the table, or put together from those of their parts. */
export class Examples {
  private readonly definitions: Readonly<Record<string, JsonSchema>>;
  private readonly table: Readonly<Record<string, unknown>>;

  constructor(definitions: Readonly<Record<string, JsonSchema>>, table: Readonly<Record<string, unknown>>) {
    this.definitions = definitions;
    this.table = table;
  }

  /** @param owner the property or definition that the property is part of. Undefined: nothing says one. */
  of(schema: JsonSchema, name: string, owner: string, depth = 0): unknown {
    if (depth > DEEPEST) return undefined;
    const own = schema.examples as readonly unknown[] | undefined;
    if (own !== undefined) return own[0];
    if ("const" in schema) return schema.const;
    const inTable = [this.table[`${owner}.${name}`], this.table[name]].find(
      (one) => one !== undefined && hasType(schema, one),
    );
    if (inTable !== undefined) return inTable;
    if (typeof schema.$ref === "string") {
      const target = schema.$ref.slice("#/$defs/".length);
      return this.of(this.definitions[target] ?? {}, target, "", depth + 1);
    }
    // No list and no mapping show nothing.
    const { enum: choices, default: initial } = schema as { enum?: readonly unknown[]; default?: unknown };
    return (
      choices?.[0] ?? (typeof initial === "object" ? undefined : initial) ?? this.composed(schema, name, depth + 1)
    );
  }

  private composed(schema: JsonSchema, name: string, depth: number): unknown {
    const types = [schema.type].flat();
    const {
      properties,
      required = [],
      additionalProperties,
      items,
      anyOf,
      minItems = 1,
      propertyNames,
    } = schema as Shape;
    if (types.includes("boolean")) return true;
    if (types.includes("object") && properties !== undefined) {
      const entries = required.map((key) => [key, this.of(properties[key] ?? {}, key, name, depth)] as const);
      return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
    }
    if (types.includes("object") && typeof additionalProperties === "object") {
      const value = this.of(additionalProperties, "", name, depth);
      return value === undefined ? undefined : { [propertyNames?.examples?.[0] ?? "name"]: value };
    }
    if (types.includes("array") && items !== undefined) {
      const item = this.of(items, "", name, depth);
      return item === undefined ? undefined : Array.from({ length: minItems }, () => item);
    }
    for (const branch of anyOf ?? []) {
      const found = this.of(branch, name, "", depth);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

interface Shape {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly propertyNames?: { readonly examples?: readonly string[] };
}

/** Whether a value has one of the schema's types; one of several forms has any. */
function hasType({ type, enum: choices, $ref, anyOf }: JsonSchema, value: unknown): boolean {
  if (Array.isArray(choices)) return choices.includes(value);
  if ($ref !== undefined || anyOf !== undefined || type === undefined) return true;
  const own = Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
  return [type].flat().some((one) => one === own || (one === "number" && own === "integer"));
}
