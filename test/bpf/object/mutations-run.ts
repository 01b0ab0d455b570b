import { readdirSync, readFileSync } from "node:fs";
import { compileSource } from "../../../src/c-compiler/compile.ts";
import { findCompilerNamed } from "../../../src/c-compiler/compilers.ts";
import { mutate, outcome } from "./mutations.ts";

/** `npm run fuzz:objects [COUNT [FIRST]]`: a million mutations, each made from its number alone. */
const POLICIES = new URL("../../../policies/", import.meta.url).pathname;
const CORPUS = new URL("../../corpus/objects/", import.meta.url).pathname;
const [count = 1_000_000, first = 0] = process.argv.slice(2).map(Number);
const named = (directory: string, ending: string) => readdirSync(directory).filter((name) => name.endsWith(ending));
const objects: Uint8Array[] = named(POLICIES, ".o").map((name) => new Uint8Array(readFileSync(POLICIES + name)));
// Where there is a compiler, what every feature is in is changed too.
for (const name of findCompilerNamed("clang-19", process.env.PATH ?? "") === undefined ? [] : named(CORPUS, ".c"))
  objects.push(compileSource(CORPUS + name, { compiler: "clang-19" }).object);

const counts = { read: 0, refused: 0, wrong: 0 };
const begun = performance.now();
let slowest = { seed: first, milliseconds: 0 };
for (let seed = first; seed < first + count; seed++) {
  const start = performance.now();
  try {
    counts[outcome(mutate(objects[seed % objects.length]!, seed))]++;
  } catch (error) {
    counts.wrong++;
    console.error(`mutation ${seed}:`, error);
  }
  const milliseconds = performance.now() - start;
  if (milliseconds > slowest.milliseconds) slowest = { seed, milliseconds };
}
const seconds = ((performance.now() - begun) / 1000).toFixed(1);
console.log(
  `${count} mutations in ${seconds} s: ${counts.read} read, ${counts.refused} refused, ${counts.wrong} wrong; the slowest, ${slowest.seed}, took ${slowest.milliseconds.toFixed(1)} ms; ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
);
process.exitCode = counts.wrong === 0 ? 0 : 1;
