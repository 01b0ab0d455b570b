import type { ErrorObject } from "ajv/dist/2020.js";
import { suggestion } from "../../packet/describe/did-you-mean.ts";
import type { YamlValue } from "../yaml/value.ts";
import type { Problems } from "./problems.ts";
import { missingKeys, simplify } from "./simplify.ts";
import { Violation } from "./violation.ts";

/** Turns a schema's violations into problems with places, in a person's words. */
export function addSchemaProblems(errors: readonly ErrorObject[], root: YamlValue, problems: Problems): void {
  const simple = simplify(errors);
  for (const error of simple) {
    if (isMisspelt(error, simple)) continue;
    new Violation(error, root, problems).tell();
  }
}

/** A key that is missing because the mapping has it with a slip, which is told. */
function isMisspelt(error: ErrorObject, errors: readonly ErrorObject[]): boolean {
  const keys = missingKeys(error);
  return errors.some(
    ({ keyword, instancePath, params }) =>
      keyword === "additionalProperties" &&
      instancePath === error.instancePath &&
      suggestion(params.additionalProperty, keys) !== undefined,
  );
}
