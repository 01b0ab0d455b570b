import type { Hook } from "../../hooks/hook.ts";
import type { JsonSchema } from "../../json-schema.ts";
import type { LanguagePart } from "../parts.ts";
import { exclusive, mapping, oneOfKeys, type Properties, ref } from "./shape.ts";

/** Definitions of programs, for `$defs`. */
export function programDefinitions(languages: readonly LanguagePart[]): Properties {
  const keys = languages.map(({ key }) => key);
  const properties = Object.fromEntries(
    languages.map(({ key, schema, description }) => [key, { description, ...schema }] as const),
  );
  const options = Object.assign({}, ...languages.map((language) => language.options ?? {})) as Properties;
  const rules = languages.flatMap(({ key, options: own = {} }, i) =>
    [...keys.slice(i + 1), ...Object.keys(options).filter((option) => !(option in own))].map((other) =>
      exclusive(key, other, "program"),
    ),
  );
  const source = mapping("program", { ...properties, ...options }, [], {
    ...oneOfKeys(keys),
    ...(rules.length === 0 ? {} : { allOf: rules }),
  });
  return {
    program: { description: "A program: its language and its text, or the file that holds it.", ...source },
    "program-reference": {
      ...source,
      title: "program reference",
      description: "Name of a program under `programs`, or a program written in place.",
      type: ["string", "object"],
      minLength: 1,
    },
  };
}

/** The value of a hook's key: a program, or the hook's own object form with the program under `program`. */
export function hookValue({ options, description }: Hook): JsonSchema {
  if (options === undefined) return ref("program-reference", description);
  const properties = { ...(options.properties as Properties | undefined), program: ref("program-reference") };
  return {
    description,
    if: { type: "object", required: ["program"] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    then: { ...options, properties },
    else: ref("program-reference"),
  };
}

/** The keys of hooks of a place, with their values. */
export function attachable(hooks: readonly Hook[], place: Hook["place"]): Properties {
  return Object.fromEntries(hooks.filter((hook) => hook.place === place).map((hook) => [hook.key, hookValue(hook)]));
}
