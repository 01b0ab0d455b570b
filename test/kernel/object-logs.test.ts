import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import type { ObjectFile, ObjectProgram } from "../../src/bpf/object/object-file.ts";
import { readObject } from "../../src/bpf/object/read-object.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { compileSource } from "../../src/c-compiler/compile.ts";
import { CORPUS, judged } from "../bpf/verifier/object-verdicts.ts";
import { comparableLogs } from "./log-lines.ts";
import { ObjectJudge } from "./object-judge.ts";
import { compiler, hasDataSymbols, kernel, kernelTypes, missing } from "./object-tools.ts";
import { packagedObjects, readOrReason, sized } from "./packaged-objects.ts";

const POLICIES = new URL("../../policies/", import.meta.url).pathname;
/** Programs whose walks are longer have logs of many megabytes, which say no more. */
const LONGEST_WALK = 4000;
/** Programs of which the logs differ, and why (disagreements.md). */
const DIFFERENT: readonly string[] = [
  "address", // of a variable of the kernel
  "function_is_missing", // which is called by another number here
  "in_no_struct", // Linux says nothing
  "trusted_member", // Linux says where it looked for a struct
];

interface Case {
  readonly name: string;
  readonly bytes: () => Uint8Array;
}
const sourcesIn = (folder: string): Case[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".c"))
    .map((name) => ({ name, bytes: () => compileSource(`${folder}${name}`, { compiler: compiler! }).object }));
const CASES: readonly Case[] =
  missing !== undefined
    ? []
    : [
        ...sourcesIn(CORPUS),
        ...sourcesIn(`${CORPUS}kernel-types/`),
        ...readdirSync(POLICIES)
          .filter((name) => name.endsWith(".o"))
          .map((name) => ({ name, bytes: () => readFileSync(`${POLICIES}${name}`) })),
        ...packagedObjects().map(({ name, bytes }) => ({ name, bytes: () => bytes })),
      ];

describe.skipIf(missing !== undefined)(`logs of level 2, line by line${missing ? ` (${missing})` : ""}`, () => {
  const types = missing === undefined ? kernelTypes() : undefined;
  const cpus = availableParallelism();
  const isComplete = missing === undefined && hasDataSymbols();
  const memberOf = (struct: string, member: string): number => {
    const type = types!.type(types!.find("struct", struct)!);
    return type.kind === "struct" ? type.members.findIndex((it) => it.name === member) : 0;
  };

  it.each(CASES)("$name: every line is the kernel's", ({ bytes }) => {
    if ("missing" in kernel) return;
    const content = bytes();
    const object = readOrReason(() => sized(readObject(content, { kernelTypes: types! })));
    if (typeof object === "string") return;
    const find = (kind: "function" | "variable" | "typedef" | "struct", name: string) => types!.find(kind, name) ?? 0;
    const judge = new ObjectJudge(kernel.libc, content, object, find, memberOf);
    try {
      for (const program of object.programs) compare(judge, object, program);
    } finally {
      judge.close();
    }
  });

  function compare(judge: ObjectJudge, object: ObjectFile, program: ObjectProgram): void {
    const type = findProgramType(program.type ?? "");
    if (type === undefined || DIFFERENT.includes(program.name)) return;
    const result = judged(object, program, cpus, types, isComplete, 2);
    if (result.statistics.instructionsProcessed > LONGEST_WALK) return;
    const { errno, log } = judge.judge(program, type.number, 2);
    // A kernel without trampolines says nothing of programs for them.
    if (errno !== 0 && log === "") return;
    const { want, have } = comparableLogs(log, result.log);
    const first = want.findIndex((line, i) => line !== have[i]);
    const differ = first >= 0 || have.length !== want.length;
    const at = first < 0 ? Math.min(want.length, have.length) : first;
    // The lines around the first one that differs tell more than two whole logs.
    const around = (lines: readonly string[]) => (differ ? lines.slice(Math.max(at - 5, 0), at + 5) : []);
    expect({ program: program.name, lines: around(have) }).toEqual({ program: program.name, lines: around(want) });
  }
});
