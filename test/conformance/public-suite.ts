import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ConformanceCase } from "./case.ts";

const DIRECTORY = fileURLToPath(new URL("../../../shared/data/bpf_conformance/", import.meta.url));

/** What Linux's verifier says of cases that it refuses, by name: constant shifts by more than the width, and a call by register. */
const REFUSED_BY_LINUX: readonly [name: RegExp, says: string][] = [
  [/^(arsh|lsh|rsh)(32|64)-imm-(high|neg)$/, "invalid shift"],
  [/^callx$/, "unknown opcode 8d"],
];

/** The cases of the public suite bpf_conformance; undefined where its files are not beside the project. */
export const publicSuite: readonly ConformanceCase[] | undefined = existsSync(DIRECTORY)
  ? readdirSync(DIRECTORY)
      .filter((file) => file.endsWith(".data"))
      .sort()
      .map((file) => readCase(file, readFileSync(DIRECTORY + file, "utf8")))
  : undefined;

/** A file of sections, each after a line `-- name`. */
function readCase(file: string, text: string): ConformanceCase {
  const sections = new Map<string, string>();
  let name = "";
  for (const line of text.split("\n")) {
    const heading = /^-- ([a-z ]+)$/.exec(line.trim());
    if (heading !== null) name = heading[1]!;
    else if (name !== "") sections.set(name, `${sections.get(name) ?? ""}${line}\n`);
  }
  const program = sections.get("asm");
  const result = sections.get("result");
  if (program === undefined || result === undefined) throw new Error(`${file} has no section asm or result.`);
  const memory = sections.get("mem");
  const testName = file.replace(/\.data$/, "");
  const refused = REFUSED_BY_LINUX.find(([pattern]) => pattern.test(testName));
  return {
    name: testName,
    program,
    want: BigInt.asUintN(64, BigInt(result.trim())),
    ...(memory === undefined ? {} : { memory: memory.replace(/#.*$/gm, "") }),
    ...(refused === undefined ? {} : { refusedByLinux: refused[1] }),
  };
}
