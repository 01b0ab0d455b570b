import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readObject } from "../../../src/bpf/object/read-object.ts";
import { compileSource } from "../../../src/c-compiler/compile.ts";
import { findCompilerNamed } from "../../../src/c-compiler/compilers.ts";
import { CORPUS, OBJECT_FIXTURES, verdictOf } from "./object-verdicts.ts";
import type { Recorded } from "./recorded.ts";

/** Others make other instructions of the same source. */
const COMPILER = "clang-19";
const missing =
  findCompilerNamed(COMPILER, process.env.PATH ?? "") === undefined ? `there is no ${COMPILER}` : undefined;
/** Of the machine that the fixtures were recorded on. */
const CPUS = 2;

const recorded = JSON.parse(readFileSync(OBJECT_FIXTURES, "utf8")) as Record<string, Record<string, Recorded>>;
const sources = readdirSync(CORPUS).filter((name) => name.endsWith(".c"));

describe.skipIf(missing !== undefined)(`what Linux 6.18 said of programs in C${missing ? ` (${missing})` : ""}`, () => {
  it("has been recorded for all of them", () => {
    expect(Object.keys(recorded).sort()).toEqual(sources.sort());
  });

  it.each(sources)("%s", (name) => {
    const object = readObject(compileSource(`${CORPUS}${name}`, { compiler: COMPILER }).object);
    const have = Object.fromEntries(object.programs.map((program) => [program.name, verdictOf(object, program, CPUS)]));
    expect(have).toEqual(recorded[name]);
  });
});
