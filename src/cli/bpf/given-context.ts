import { existsSync } from "node:fs";
import { parse } from "yaml";
import { nearestName } from "../../bpf/nearest-name.ts";
import { fail } from "../../errors.ts";
import { readTextFile } from "../../topology/document.ts";
import { parseHex } from "./program-file.ts";
import { GIVEN_LAYOUTS, readFields, writeField } from "./test-context-fields.ts";

/** Bytes of the longest file that holds a context: 65,535 bytes in hexadecimal, and some room. */
const LARGEST = 1 << 18;

/**
 * The context that `--context` gives: bytes in hexadecimal, or its fields by name in YAML or JSON, there or in a file. Throws a
 * NetsimError `usage`.
 * @param type of the program, as bpftool names it.
 */
export function givenContext(source: string | undefined, type: string): Uint8Array | undefined {
  if (source === undefined) return undefined;
  const text = existsSync(source) ? Buffer.from(readTextFile(source, LARGEST)).toString() : source;
  const bytes = parseHex(text);
  if (bytes !== undefined && bytes.length > 0) return bytes;
  const layout = Object.hasOwn(GIVEN_LAYOUTS, type) ? GIVEN_LAYOUTS[type]! : undefined;
  if (layout === undefined)
    fail(
      "usage",
      `The context of a ${type} program is bytes of its author's own: an even number of hexadecimal digits.`,
    );
  const whole = new Uint8Array(layout.size);
  const known = layout.fields.map(({ name }) => name);
  const hint = `BPF_PROG_TEST_RUN takes of ${layout.name}: ${known.join(", ")}; everything can be given in hexadecimal.`;
  const read = readYaml(text);
  const named = layout.isList && Array.isArray(read) ? { [known[0]!]: read } : read;
  if (typeof named !== "object" || named === null || Array.isArray(named) || Object.keys(named).length === 0)
    fail("usage", `--context is neither bytes in hexadecimal nor fields of ${layout.name} by name.`, { hint });
  let end = 0;
  for (const [name, value] of Object.entries(named)) {
    const field = layout.fields.find((it) => it.name === name);
    if (field === undefined) {
      const near = nearestName(name, known);
      return fail("usage", `--context names '${name}', which is none of the fields that a context is given by.`, {
        hint: near === undefined ? hint : `Did you mean '${near}'? ${hint}`,
      });
    }
    const wrong = writeField(whole, field, value);
    if (wrong !== undefined) fail("usage", `In --context, ${name} ${wrong}.`);
    if (Array.isArray(value)) end = value.length * field.size;
  }
  return layout.isList ? whole.subarray(0, end) : whole;
}

/** Fields in one line, whose braces are left out. */
const isOneLine = (text: string): boolean => /^[a-z_0-9]+:\s[^\n]*$/.test(text.trim());

function readYaml(text: string): unknown {
  try {
    return parse(isOneLine(text) ? `{${text}}` : text, { intAsBigInt: true, prettyErrors: false });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return fail("usage", `--context is neither hexadecimal digits nor YAML: ${error.message.replace(/\.?$/, ".")}`);
  }
}

/** What a context says by names; undefined where its bytes have none. */
export function namedContext(bytes: Uint8Array, type: string): Record<string, unknown> | undefined {
  const layout = Object.hasOwn(GIVEN_LAYOUTS, type) ? GIVEN_LAYOUTS[type]! : undefined;
  return layout && readFields(bytes, layout);
}
