import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import { readObject } from "../../src/bpf/object/read-object.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { compileSource } from "../../src/c-compiler/compile.ts";
import { FRAME, RUN_CORPUS, runHere } from "../bpf/kernel-functions/object-runs.ts";
import { ObjectJudge } from "./object-judge.ts";
import { compiler, kernel, kernelTypes, missing } from "./object-tools.ts";

const sources = readdirSync(RUN_CORPUS).filter((name) => name.endsWith(".c"));

describe.skipIf(missing !== undefined)(`kernel functions, beside the kernel's${missing ? ` (${missing})` : ""}`, () => {
  const types = missing === undefined ? kernelTypes() : undefined;
  const open: ObjectJudge[] = [];
  afterAll(() => {
    for (const judge of open) judge.close();
  });

  it.each(sources)("%s: programs return what they return on Linux, on both engines", (name) => {
    if ("missing" in kernel) return;
    const bytes = compileSource(`${RUN_CORPUS}${name}`, { compiler: compiler! }).object;
    const object = readObject(bytes, { kernelTypes: types! });
    const judge = new ObjectJudge(kernel.libc, bytes, object, (kind, called) => types!.find(kind, called) ?? 0);
    open.push(judge);
    const want = Object.fromEntries(
      object.programs.map((it) => [it.name, judge.run(it, findProgramType(it.type!)!.number, FRAME)]),
    );
    for (const engine of ["interpreter", "jit"] as const)
      expect(runHere(object, { engine, possibleCpus: availableParallelism() })).toEqual(want);
  });
});
