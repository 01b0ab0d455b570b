import type { JsonSchema } from "../json-schema.ts";

/*
 * Shapes that schemas of results are put together from: every member is there unless its description says what its absence means, and
 * there are no others.
 */

type Members = Readonly<Record<string, JsonSchema>>;

/** An object; members whose names end in `?` may be absent. */
export function object(description: string, members: Members, more: JsonSchema = {}): JsonSchema {
  const names = Object.keys(members);
  return {
    type: "object",
    description,
    properties: Object.fromEntries(Object.entries(members).map(([name, one]) => [name.replace(/\?$/, ""), one])),
    required: names.filter((name) => !name.endsWith("?")),
    additionalProperties: false,
    ...more,
  };
}

export function listOf(items: JsonSchema, description: string): JsonSchema {
  return { type: "array", items, description };
}

export function number(description: string, example = 0): JsonSchema {
  return { type: "integer", description, examples: [example] };
}

export function string(description: string, example: string): JsonSchema {
  return { type: "string", description, examples: [example] };
}

export function strings(description: string, example: string): JsonSchema {
  return { type: "array", items: { type: "string" }, description, examples: [[example]] };
}

export function flag(description: string, example = true): JsonSchema {
  return { type: "boolean", description, examples: [example] };
}

export function word(description: string, choices: readonly (string | number)[]): JsonSchema {
  return { enum: choices, description, examples: [choices[0]] };
}

/** What may be null, which the description explains. */
export function nullable(schema: JsonSchema): JsonSchema {
  return { ...schema, type: [schema.type, "null"] };
}

const code = string("Code of the error; `netsim explain CODE` explains it.", "bad-capture");

export const PLACE = object("Where it is written.", {
  file: string("The file.", "topology.yaml"),
  "line?": number("Line, from 1. Absent: the whole file is meant, or it is binary.", 7),
  "column?": number("Column, from 1. Absent: the whole line is meant.", 3),
  "endColumn?": number("Column behind the last character. Absent: it is one place, or goes on in other lines.", 12),
  "offset?": number("Of binary files: offset in bytes. Absent: it is a text.", 24),
});

export const DIAGNOSTICS = listOf(
  object("Something that is wrong.", {
    code,
    severity: word("How bad it is.", ["error", "warning"]),
    message: string("A full sentence.", "The capture breaks off within packet 12."),
    "place?": { ...PLACE, description: "Where it is wrong. Absent: nowhere in a file." },
    "hint?": string("What to try, a full sentence. Absent: nothing is known.", "Copy the capture again."),
  }),
  "What went wrong.",
);
