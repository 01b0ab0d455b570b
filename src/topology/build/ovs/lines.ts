import { NetsimError } from "../../../errors.ts";
import { besideFile, readTextFile } from "../../document.ts";
import type { LineModel } from "../../model.ts";
import type { YamlValue } from "../../yaml/value.ts";
import type { Fields } from "../fields.ts";

/** Bytes of the largest file of flows. */
const LARGEST = 64 << 20;

/** The lines under a key: a list of them, or a file's. Empty lines and comments are left out. */
export function readLines(fields: Fields, key: string): LineModel[] {
  const { context } = fields;
  const value = fields.value(key);
  if (value === undefined) return [];
  if (value.kind === "list") return value.items.flatMap((item) => readLine(context, item) ?? []);
  const name = context.text(value);
  if (name === undefined) return [];
  const file = besideFile(context.source.file, name.text);
  try {
    const text = readTextFile(file, LARGEST, context.place(name.span)).toString("utf8");
    return text
      .split(/\r?\n/)
      .map((line, i) => ({ text: line, place: { file, line: i + 1, column: 1 } }))
      .filter((line) => !isEmpty(line.text));
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    for (const diagnostic of error.diagnostics) context.problems.addAt(name.span, diagnostic);
    return [];
  }
}

function isEmpty(text: string): boolean {
  return /^\s*(#.*)?$/.test(text);
}

/** One line; undefined for an empty one, and for a comment. */
export function readLine(context: Fields["context"], item: YamlValue): LineModel | undefined {
  const line = context.text(item);
  if (line === undefined || isEmpty(line.text)) return undefined;
  // Behind the quote that it may begin with.
  const quoted = item.kind === "scalar" && /^["']/.test(item.source) ? 1 : 0;
  return { text: line.text, place: context.place({ start: line.span.start + quoted, end: line.span.end }) };
}
