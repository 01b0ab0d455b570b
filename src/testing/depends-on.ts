import { existsSync } from "node:fs";
import { NetsimError } from "../errors.ts";
import { besideFile, readDocument } from "../topology/document.ts";
import type { YamlValue } from "../topology/yaml/value.ts";
import { findTestFiles } from "./find-files.ts";

/** The tests at these paths and the files that they name: programs, profiles, captures, plugins. Throws a NetsimError `file-unreadable`. */
export function filesOfTests(paths: readonly string[]): ReadonlySet<string> {
  const files = new Set<string>();
  for (const { file } of findTestFiles(paths)) {
    files.add(file);
    for (const named of filesNamedIn(file)) files.add(named);
  }
  return files;
}

function filesNamedIn(file: string): string[] {
  try {
    return texts(readDocument(file).root)
      .filter((text) => text !== "" && !text.includes("\n"))
      .map((text) => besideFile(file, text))
      .filter((path) => existsSync(path));
  } catch (error) {
    // It names none that could be told as long as it is being written.
    if (error instanceof NetsimError) return [];
    throw error;
  }
}

function texts(value: YamlValue): string[] {
  switch (value.kind) {
    case "scalar":
      return typeof value.value === "string" ? [value.value] : [];
    case "list":
      return value.items.flatMap(texts);
    case "map":
      return [...value.entries.values()].flatMap((entry) => texts(entry.value));
  }
}
