import type { JsonSchema } from "../../json-schema.ts";
import { formatIpv4, formatIpv6, formatMac } from "../address.ts";
import type { FieldFormat, LayerFormat } from "./layer-format.ts";
import { LAYER_ALIASES, LAYERS } from "./layer-table.ts";
import { FLAG, IPV4, IPV6, MAC } from "./value-kind.ts";

/** The JSON schema of each layer's value by every name that descriptions may call it; for validation and for editors. */
export const LAYER_SCHEMAS: Readonly<Record<string, JsonSchema>> = Object.fromEntries([
  ...[...LAYERS].map(([name, format]) => [name, schemaOf(format)] as const),
  ...Object.entries(LAYER_ALIASES).map(([alias, name]) => [alias, schemaOf(LAYERS.get(name)!)] as const),
]);

function schemaOf({ description, fields, shorthand, repeats }: LayerFormat): JsonSchema {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)]));
  const map = { type: "object", additionalProperties: false, properties };
  const forms: JsonSchema[] = [map, { type: "null" }];
  if (shorthand !== undefined) forms.push(fields[shorthand]!.kind.schema);
  if (repeats) forms.push({ type: "array", minItems: 1, items: { anyOf: [map, { type: "null" }] } });
  return { description, anyOf: forms };
}

function fieldSchema(field: FieldFormat): JsonSchema {
  const initial = defaultOf(field);
  return { description: field.description, ...field.kind.schema, ...(initial !== undefined && { default: initial }) };
}

/** A constant default as a description would write it. */
function defaultOf({ kind, default: initial }: FieldFormat): string | number | boolean | undefined {
  if (typeof initial === "number") return kind === FLAG ? initial === 1 : initial;
  if (!(initial instanceof Uint8Array)) return undefined;
  if (kind === MAC) return formatMac(initial);
  if (kind === IPV4) return formatIpv4(initial);
  if (kind === IPV6) return formatIpv6(initial);
  return Buffer.from(initial).toString("hex");
}
