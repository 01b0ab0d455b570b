import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism, release } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import { readKernelTypes } from "../../src/bpf/object/btf/read-kernel-types.ts";
import { readObject } from "../../src/bpf/object/read-object.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { compileSource } from "../../src/c-compiler/compile.ts";
import { findCompilerNamed } from "../../src/c-compiler/compilers.ts";
import { openKernel } from "../../src/kernel/kernel.ts";
import { FRAME, RUN_CORPUS, runHere } from "../bpf/kernel-functions/object-runs.ts";
import { ObjectJudge } from "./object-judge.ts";

const KERNEL_TYPES = "/sys/kernel/btf/vmlinux";

const kernel = await openKernel();
const compiler = ["clang-19", "clang"].find((name) => findCompilerNamed(name, process.env.PATH ?? "") !== undefined);
const missing =
  "missing" in kernel
    ? kernel.missing
    : compiler === undefined
      ? "there is no clang"
      : !existsSync("/usr/include/bpf/bpf_helpers.h")
        ? "there are no headers of libbpf"
        : !existsSync(KERNEL_TYPES)
          ? "the kernel has no BTF"
          : release().startsWith("6.18.")
            ? undefined
            : `Linux ${release()} is not the release that is simulated`;

const sources = readdirSync(RUN_CORPUS).filter((name) => name.endsWith(".c"));

describe.skipIf(missing !== undefined)(`kernel functions, beside the kernel's${missing ? ` (${missing})` : ""}`, () => {
  const types = missing === undefined ? readKernelTypes(readFileSync(KERNEL_TYPES)) : undefined;
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
