import type { YamlScalar } from "../../topology/yaml/value.ts";

/** What reports say where there is no value that a file could record. */
const NO_VALUE = ["none", "no such queue", "in no packet received"];

/** Texts that YAML takes for something else. */
const OTHER_KINDS = /^(?:true|false|null|~|yes|no|on|off)$/i;

/** Why what a file expects cannot be another single value: the end of a sentence that begins with what it is about. */
export function whyNotRecorded(subject: string, wanted: YamlScalar, got: string): string | undefined {
  if (/^(?:packet|line) \d+ /.test(subject)) return "is about each packet or call of many";
  if (/^bytes$| contains$/.test(subject)) return "is about bytes";
  if (wanted.isBlock) return "is a block of text";
  if (typeof wanted.value === "string" && /^\s*[<>=!]|\.\./.test(wanted.source)) return `is a range, ${wanted.source}`;
  if (NO_VALUE.includes(got) || got.startsWith("goto-chain ")) return `came to '${got}', which no file can record`;
  if (typeof wanted.value === "boolean" && !/^(?:true|false)$/.test(got)) return `came to '${got}', which is no flag`;
  return undefined;
}

/**
 * A value as YAML, in the manner of the one that stood there: in its quotes, or in hexadecimal.
 * @param text the old value as it stands in the file, with its quotes.
 */
export function recorded(wanted: YamlScalar, text: string, got: string): string {
  const isInteger = /^-?\d+$/.test(got);
  if (typeof wanted.value === "number" || typeof wanted.value === "bigint") {
    if (isInteger && /^0x/.test(text) && !got.startsWith("-")) return `0x${BigInt(got).toString(16)}`;
    if (isInteger) return got;
  }
  if (wanted.value === "absent" && isInteger) return got;
  if (typeof wanted.value === "boolean") return got;
  if (text.startsWith("'") && /^[\x20-\x7e]*$/.test(got)) return `'${got.replaceAll("'", "''")}'`;
  const isPlain = /^[A-Za-z][\w.-]*(?:\(\w+\))?$/.test(got) && !OTHER_KINDS.test(got);
  return isPlain && !text.startsWith('"') ? got : JSON.stringify(got);
}
