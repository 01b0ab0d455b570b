import { existsSync } from "node:fs";
import { extname } from "node:path";
import { parseReturnValue } from "../compare/places/bare-value.ts";
import { fail } from "../errors.ts";
import { readTextFile } from "../topology/document.ts";
import type { ProgramSource } from "../topology/model.ts";

/** What is to be compared, as its name tells. */
export type Subject =
  | { readonly kind: "topology" }
  | { readonly kind: "policy" }
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "program"; readonly source: ProgramSource };

const LARGEST = 64 << 20;
const POLICIES = [".json", ".policy", ".kafel", ".service"];
/** Languages of program files, by their endings; of others the text decides. */
const LANGUAGES: Readonly<Record<string, string>> = {
  ".o": "object",
  ".c": "source",
  ".s": "extended",
  ".asm": "extended",
  ".bpf": "classic",
};

/** Understands a word of the command line: a topology, a profile, a number, a program's file, or a filter expression. */
export function subjectOf(word: string): Subject {
  // As a filter it would accept everything; more likely a variable of the shell has nothing in it.
  if (word.trim() === "")
    fail("usage", "There is nothing to compare: the word is empty.", {
      hint: "Give a topology, a profile, a program's file, a filter expression or a return value.",
    });
  const extension = extname(word).toLowerCase();
  if (/^\.ya?ml$/.test(extension)) return { kind: "topology" };
  const value = parseReturnValue(word);
  if (value !== undefined) return { kind: "value", value };
  if (!existsSync(word)) {
    if (extension in LANGUAGES || POLICIES.includes(extension))
      fail("file-unreadable", `The file '${word}' does not exist.`, { place: { file: word } });
    return { kind: "program", source: sourceOf(word, "filter", { text: word }) };
  }
  if (POLICIES.includes(extension)) return { kind: "policy" };
  const bytes = readTextFile(word, LARGEST);
  const language = LANGUAGES[extension] ?? languageOf(bytes);
  const content = language === "object" || language === "source" ? { bytes } : { text: bytes.toString("utf8") };
  return { kind: "program", source: sourceOf(word, language, content) };
}

/** ELF objects by their first bytes, programs with registers by these. */
function languageOf(bytes: Buffer): string {
  if (bytes.toString("latin1", 0, 4) === "\u007fELF") return "object";
  return /^\s*(\d+:\s*)?(\(\w\w\)\s*)?[rw]\d+ |\bexit\b/m.test(bytes.toString("utf8")) ? "extended" : "classic";
}

function sourceOf(file: string, language: string, content: { text?: string; bytes?: Uint8Array }): ProgramSource {
  return { name: file, language, text: "", options: {}, file, lineOffset: 0, place: { file }, ...content };
}
