import type { ErrorObject } from "ajv/dist/2020.js";

/**
 * Leaves of a validator's errors those that a person needs: none about `if`, one about each name, and of alternatives
 * the errors of the one that was meant.
 */
export function simplify(errors: readonly ErrorObject[]): ErrorObject[] {
  const kept: ErrorObject[] = [];
  for (const error of errors) {
    if (error.keyword === "if" || isTypeAgain(error, kept)) continue;
    if (error.keyword === "anyOf" || error.keyword === "oneOf") {
      const branches = takeBranches(kept, error);
      kept.push(...(missingKeys(error).length === 0 ? meant(branches, error) : [error]));
      continue;
    }
    if (error.keyword === "propertyNames") {
      const about = kept.findLast((one) => one.propertyName !== undefined);
      while (kept.at(-1)?.propertyName !== undefined) kept.pop();
      kept.push({ ...error, params: { ...error.params, rule: about?.parentSchema?.description } });
      continue;
    }
    kept.push(error);
  }
  return kept;
}

/** A second error about a value's type, by a branch of what the first is about. */
function isTypeAgain({ keyword, instancePath }: ErrorObject, kept: readonly ErrorObject[]): boolean {
  return keyword === "type" && kept.some((one) => one.keyword === "type" && one.instancePath === instancePath);
}

/** Keys that a mapping lacks: the one that is required, or those of which one is, by an `anyOf` of bare `required`. */
export function missingKeys({ keyword, params, schema }: ErrorObject): readonly string[] {
  if (keyword === "required") return [params.missingProperty];
  if (keyword !== "anyOf" && keyword !== "oneOf") return [];
  const branches = schema as readonly { readonly required?: readonly string[] }[];
  const keys = branches.flatMap((branch) => (Object.keys(branch).join() === "required" ? branch.required! : []));
  return keys.length === branches.length ? keys : [];
}

/** Removes the errors of the alternatives, which come right before the error about them, from the end of `kept`. */
function takeBranches(kept: ErrorObject[], { instancePath, schemaPath }: ErrorObject): ErrorObject[] {
  let from = kept.length;
  while (from > 0) {
    const one = kept[from - 1]!;
    const isInside = one.schemaPath.startsWith(`${schemaPath}/`);
    const isBelow = one.instancePath === instancePath || one.instancePath.startsWith(`${instancePath}/`);
    // A branch behind a `$ref` has the definition's path.
    if (!isBelow || !(isInside || one.schemaPath.startsWith("#/$defs/"))) break;
    from--;
  }
  return kept.splice(from);
}

/** The errors of the only alternative whose type fits, or else one error about the type. */
function meant(branches: readonly ErrorObject[], error: ErrorObject): ErrorObject[] {
  const byBranch = new Map<string, ErrorObject[]>();
  for (const one of branches) {
    const { schemaPath } = one;
    const isInside = schemaPath.startsWith(`${error.schemaPath}/`);
    const branch = isInside ? schemaPath.slice(error.schemaPath.length + 1).split("/")[0]! : schemaPath.split("/")[2]!;
    byBranch.set(branch, [...(byBranch.get(branch) ?? []), one]);
  }
  const fitting = [...byBranch.values()].filter(
    (list) =>
      !list.some(
        ({ keyword, instancePath }) =>
          instancePath === error.instancePath && (keyword === "type" || keyword === "const"),
      ),
  );
  const [only] = fitting;
  return fitting.length === 1 ? only! : [error];
}
