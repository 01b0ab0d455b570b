import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Diagnostic } from "../errors.ts";

/** What was compiled, and what came of it. */
export interface CachedObject {
  readonly object: Uint8Array;
  readonly warnings: readonly Diagnostic[];
}

/** Beside an object: the files that it was made of, by their content. */
interface Entry {
  readonly files: readonly { readonly path: string; readonly digest: string }[];
  readonly warnings: readonly Diagnostic[];
}

/** Objects by what they were made of: compiler, flags, source and every header. A directory that may be deleted at any time. */
export class ObjectCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @param key compiler, flags and name of the source. */
  find(key: string): CachedObject | undefined {
    try {
      const { files, warnings } = JSON.parse(readFileSync(this.#path(key, "json"), "utf8")) as Entry;
      if (files.some(({ path, digest }) => digestOf(readFileSync(path)) !== digest)) return undefined;
      return { object: new Uint8Array(readFileSync(this.#path(key, "o"))), warnings };
    } catch {
      // Not there, not readable, or made of files that are gone: it is compiled again.
      return undefined;
    }
  }

  /** Keeps an object; does nothing where the directory cannot be written. @param files the source and its headers. */
  keep(key: string, { object, warnings }: CachedObject, files: readonly string[]): void {
    try {
      const entry: Entry = { files: files.map((path) => ({ path, digest: digestOf(readFileSync(path)) })), warnings };
      mkdirSync(this.#directory, { recursive: true });
      // The entry last: it says that the object is there.
      writeWhole(this.#path(key, "o"), object);
      writeWhole(this.#path(key, "json"), JSON.stringify(entry));
    } catch {
      // A cache that cannot be written costs time, not results.
    }
  }

  #path(key: string, ending: string): string {
    return join(this.#directory, `${digestOf(Buffer.from(key))}.${ending}`);
  }
}

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Others may read it while it is written: they see all of it or nothing. */
function writeWhole(path: string, content: Uint8Array | string): void {
  const part = join(dirname(path), `.${process.pid}-${digestOf(Buffer.from(path)).slice(0, 16)}`);
  writeFileSync(part, content);
  renameSync(part, path);
}
