import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import type { ObjectFile, ObjectProgram } from "../../src/bpf/object/object-file.ts";
import { readObject } from "../../src/bpf/object/read-object.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { judged } from "../bpf/verifier/object-verdicts.ts";
import { comparableLogs } from "./log-lines.ts";
import { LONGEST_WALK, memberFinder, objectCases } from "./object-cases.ts";
import { ObjectJudge } from "./object-judge.ts";
import { hasDataSymbols, kernel, kernelTypes, missing } from "./object-tools.ts";
import { readOrReason, sized } from "./packaged-objects.ts";

/** Programs of which the logs differ, and why (disagreements.md). */
const DIFFERENT: readonly string[] = [
  "address", // of a variable of the kernel
  "function_is_missing", // which is called by another number here
  "in_no_struct", // Linux says nothing
  "trusted_member", // Linux says where it looked for a struct
];

describe.skipIf(missing !== undefined)(`logs of level 2, line by line${missing ? ` (${missing})` : ""}`, () => {
  const types = missing === undefined ? kernelTypes() : undefined;
  const cpus = availableParallelism();
  const isComplete = missing === undefined && hasDataSymbols();
  it.each(objectCases())("$name: every line is the kernel's", ({ bytes }) => {
    if ("missing" in kernel) return;
    const content = bytes();
    const object = readOrReason(() => sized(readObject(content, { kernelTypes: types! })));
    if (typeof object === "string") return;
    const find = (kind: "function" | "variable" | "typedef" | "struct", name: string) => types!.find(kind, name) ?? 0;
    const judge = new ObjectJudge(kernel.libc, content, object, find, memberFinder(types!));
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
    // A kernel says nothing of programs for what it has not: trampolines, or iterators over elements of maps.
    if (errno !== 0 && (log === "" || log.includes("\nprocessed 0 insns"))) return;
    const { want, have } = comparableLogs(log, result.log);
    const first = want.findIndex((line, i) => line !== have[i]);
    const differ = first >= 0 || have.length !== want.length;
    const at = first < 0 ? Math.min(want.length, have.length) : first;
    // The lines around the first one that differs tell more than two whole logs.
    const around = (lines: readonly string[]) => (differ ? lines.slice(Math.max(at - 5, 0), at + 5) : []);
    expect({ program: program.name, lines: around(have) }).toEqual({ program: program.name, lines: around(want) });
  }
});
