import { readdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import { readObject } from "../../src/bpf/object/read-object.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { compileSource } from "../../src/c-compiler/compile.ts";
import { CORPUS, OBJECT_FIXTURES, verdictOf } from "../bpf/verifier/object-verdicts.ts";
import { type Recorded, recordedFrom } from "../bpf/verifier/recorded.ts";
import { ObjectJudge } from "./object-judge.ts";
import { compiler, hasDataSymbols, kernel, kernelTypes, missing } from "./object-tools.ts";

const typed = readdirSync(`${CORPUS}kernel-types`).filter((name) => name.endsWith(".c"));
const sources = readdirSync(CORPUS).filter((name) => name.endsWith(".c"));

describe.skipIf(missing !== undefined)(`objects, judged by the kernel${missing ? ` (${missing})` : ""}`, () => {
  const types = missing === undefined ? kernelTypes() : undefined;
  const open: ObjectJudge[] = [];
  const answers: Record<string, Record<string, Recorded>> = {};
  afterAll(() => {
    for (const judge of open) judge.close();
    // RECORD=1 makes the fixtures anew.
    if (process.env.RECORD === "1") writeFileSync(OBJECT_FIXTURES, `${JSON.stringify(answers, null, 1)}\n`);
  });

  it.each(sources)("%s: verdicts, reasons and walks are the same", (name) => {
    if ("missing" in kernel) return;
    const bytes = compileSource(`${CORPUS}${name}`, { compiler: compiler! }).object;
    const object = readObject(bytes);
    const judge = new ObjectJudge(kernel.libc, bytes, object, (kind, called) => types!.find(kind, called) ?? 0);
    open.push(judge);
    const want: Record<string, Recorded> = {};
    const have: Record<string, Recorded> = {};
    for (const program of object.programs) {
      const { errno, log } = judge.judge(program, findProgramType(program.type!)!.number);
      const answer = recordedFrom(errno, log);
      want[program.name] = answer;
      have[program.name] = verdictOf(object, program, availableParallelism());
    }
    answers[name] = want;
    expect(have).toEqual(want);
  });

  it.each(typed)("%s, with the kernel's types: verdicts, reasons and walks are the same", (name) => {
    if ("missing" in kernel) return;
    const bytes = compileSource(`${CORPUS}kernel-types/${name}`, { compiler: compiler! }).object;
    const object = readObject(bytes, { kernelTypes: types! });
    const memberOf = (struct: string, member: string): number => {
      const type = types!.type(types!.find("struct", struct)!);
      return type.kind === "struct" ? type.members.findIndex((it) => it.name === member) : 0;
    };
    const judge = new ObjectJudge(
      kernel.libc,
      bytes,
      object,
      (kind, called) => types!.find(kind, called) ?? 0,
      memberOf,
    );
    open.push(judge);
    const want: Record<string, Recorded> = {};
    const have: Record<string, Recorded> = {};
    for (const program of object.programs) {
      const { errno, log } = judge.judge(program, findProgramType(program.type!)!.number);
      const answer = recordedFrom(errno, log);
      // A kernel without trampolines says nothing of programs for them, nor does any of programs for no struct.
      if (!answer.accepted && answer.reason === "") continue;
      want[program.name] = answer;
      have[program.name] = verdictOf(object, program, availableParallelism(), types, hasDataSymbols());
    }
    expect(have).toEqual(want);
    expect(Object.keys(have).length).toBeGreaterThan(5);
  });
});
