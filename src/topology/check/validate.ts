import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from "ajv/dist/2020.js";
import { fail } from "../../errors.ts";
import type { JsonSchema } from "../../json-schema.ts";
import { type Precompiled, precompiled } from "./precompiled.ts";

/** A schema's violations by a value, all of them. */
export type Validator = (value: unknown) => readonly ErrorObject[];

/** How schemas are compiled; the build does the same with netsim's own. */
export const AJV_OPTIONS = {
  allErrors: true,
  allowUnionTypes: true,
  // Only plugins' parts can offend against ajv's own rules; JSON schema ignores what it does not know.
  strict: false,
  validateFormats: false,
  // What makes compiling slow without making files' checks faster. A wrong keyword is found all the same.
  meta: false,
  validateSchema: false,
  inlineRefs: false,
  code: { optimize: false },
  verbose: true,
} as const satisfies Options;

/**
 * Compiles a schema, unless that was done before. Throws a NetsimError `plugin-unloadable` where a plugin's part of it
 * is not a schema.
 */
export function compileSchema(schema: JsonSchema): Validator {
  const validate = found(precompiled, schema) ?? compile(schema);
  return (value) => (validate(value) ? [] : (validate.errors ?? []));
}

function found(candidate: Precompiled | undefined, schema: JsonSchema): ValidateFunction | undefined {
  return candidate !== undefined && candidate.schema === JSON.stringify(schema) ? candidate.validate : undefined;
}

function compile(schema: JsonSchema): ValidateFunction {
  try {
    return new Ajv2020(AJV_OPTIONS).compile(schema);
  } catch (error) {
    return fail("plugin-unloadable", `The plugins' parts do not make a JSON schema: ${(error as Error).message}.`);
  }
}
