import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { failAsFileError } from "../packet/capture/file-error.ts";
import { readDocument, type TopologyDocument } from "../topology/document.ts";

/** A file with tests, or one that was named and has none. */
export interface TestFile {
  readonly file: string;
  /** It was named itself, and not only the directory that it lies in. */
  readonly isNamed: boolean;
}

/** The files that are meant, those of directories in the order of their names. Throws a NetsimError `file-unreadable`. */
export function findTestFiles(paths: readonly string[]): TestFile[] {
  const found = new Map<string, TestFile>();
  for (const path of paths)
    for (const one of filesAt(path)) if (one.isNamed || !found.has(one.file)) found.set(one.file, one);
  return [...found.values()];
}

function filesAt(path: string): TestFile[] {
  try {
    if (!statSync(path).isDirectory()) return [{ file: path, isNamed: true }];
    return readdirSync(path, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.ya?ml$/.test(name) && !/(^|\/)node_modules\//.test(name))
      .sort()
      .map((name) => ({ file: join(path, name), isNamed: false }));
  } catch (error) {
    return failAsFileError(error, "file-unreadable", path);
  }
}

/** What a document is a test of: a policy test has `cases`, a topology `nodes` and `expect`. */
export function kindOf({ root }: TopologyDocument): "policy" | "topology" | undefined {
  if (root.entries.has("cases")) return "policy";
  return root.entries.has("nodes") && root.entries.has("expect") ? "topology" : undefined;
}

/** Reads a file; undefined where it lies in a directory and is no test. Throws a NetsimError. */
export function readTest({ file, isNamed }: TestFile): TopologyDocument | undefined {
  // A directory of tests may hold other YAML; a file that speaks of `cases` is meant to be one.
  const document = readDocument(file);
  return isNamed || kindOf(document) !== undefined ? document : undefined;
}
