import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { type Diagnostic, fail, NetsimError, type Place } from "../errors.ts";
import { refuseOtherFile } from "./other-file.ts";
import { parseYaml } from "./yaml/parse.ts";
import { SourceText, type Span } from "./yaml/source-text.ts";
import type { YamlMap } from "./yaml/value.ts";

/** Largest topology file, in bytes. */
const LARGEST_TOPOLOGY = 16 * 1024 * 1024;

/** A topology file that is well-formed YAML and a mapping; nothing else about it has been checked. */
export interface TopologyDocument {
  readonly source: SourceText;
  readonly root: YamlMap;
}

/**
 * Reads a topology file. Throws a NetsimError: `file-unreadable`, `file-too-large` (told before it is read), `bad-topology` for
 * a program, a capture or a policy, or every `yaml-syntax`, `duplicate-name` and `yaml-alias-limit` in it.
 */
export function readDocument(file: string): TopologyDocument {
  const bytes = readTextFile(file, LARGEST_TOPOLOGY);
  refuseOtherFile(file, bytes);
  return parseDocument(decode(bytes, file), file);
}

/** The same for text that is already at hand; `file` is what places name. */
export function parseDocument(text: string, file: string): TopologyDocument {
  const source = new SourceText(file, text);
  const problems: Diagnostic[] = [];
  const root = parseYaml(source, problems);
  if (problems.length > 0) throw new NetsimError(problems);
  if (root?.kind === "map") return { source, root };
  const isEmpty = root === undefined || (root.kind === "scalar" && root.value === null);
  return fail(
    "schema-type",
    isEmpty ? "The file is empty." : "A topology is a mapping of keys such as `nodes` and `links`.",
    {
      place: source.place(root?.span ?? { start: 0, end: 0 }),
      hint: "The least that it needs is `nodes: { a: { kind: host } }`.",
    },
  );
}

/** A path that a file names, relative to the file's own directory. */
export function besideFile(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

/**
 * The bytes of a file that is read whole. Throws a NetsimError with `place`: `file-unreadable`, or `file-too-large`
 * beyond `limit` bytes, without reading them where the file's size is known.
 */
export function readTextFile(file: string, limit: number, place: Place = { file }): Buffer {
  const tooLarge = (): never =>
    fail("file-too-large", `The file '${file}' is larger than ${limit / 1024 / 1024} MiB.`, { place });
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    const { size } = fstatSync(descriptor);
    if (size > limit) tooLarge();
    // Pipes and devices have no size, so the end is where a read gives nothing.
    let buffer = Buffer.alloc(Math.max(size + 1, 65_536));
    let length = 0;
    for (;;) {
      const got = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (got === 0) return buffer.subarray(0, length);
      length += got;
      if (length > limit) tooLarge();
      if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
    }
  } catch (error) {
    if (error instanceof NetsimError) throw error;
    return fail("file-unreadable", `The file '${file}' cannot be read: ${reason(error as NodeJS.ErrnoException)}.`, {
      place,
    });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
      return "it does not exist";
    case "EACCES":
      return "permission is denied";
    case "EISDIR":
      return "it is a directory";
    default:
      return code ?? message;
  }
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail("yaml-syntax", "The file is not UTF-8 text from here on.", {
      place: new SourceText(file, bytes.toString("utf8")).place(firstInvalid(bytes)),
      hint: "Save it in UTF-8.",
    });
  }
}

const REPLACEMENT = Buffer.from("\ufffd");

/** The first replacement character of the lenient decoding that the bytes themselves do not have. */
function firstInvalid(bytes: Buffer): Span {
  const text = bytes.toString("utf8");
  let offset = 0;
  let from = 0;
  for (;;) {
    const start = text.indexOf("\ufffd", from);
    offset += Buffer.byteLength(text.slice(from, start));
    if (!bytes.subarray(offset, offset + REPLACEMENT.length).equals(REPLACEMENT)) return { start, end: start + 1 };
    offset += REPLACEMENT.length;
    from = start + 1;
  }
}
