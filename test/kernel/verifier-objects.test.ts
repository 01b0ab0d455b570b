import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism, release } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import { readKernelTypes } from "../../src/bpf/object/btf/read-kernel-types.ts";
import { verifierMaps } from "../../src/bpf/object/load/verifier-maps.ts";
import { readObject } from "../../src/bpf/object/read-object.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { compileSource } from "../../src/c-compiler/compile.ts";
import { findCompilerNamed } from "../../src/c-compiler/compilers.ts";
import { openKernel } from "../../src/kernel/kernel.ts";
import { recordedFrom, recordedOf } from "../bpf/verifier/recorded.ts";
import { ObjectJudge } from "./object-judge.ts";

const CORPUS = new URL("../corpus/verifier/", import.meta.url).pathname;
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
            : `Linux ${release()} is not the release that the verifier follows`;

const sources = readdirSync(CORPUS).filter((name) => name.endsWith(".c"));

describe.skipIf(missing !== undefined)(`objects, judged by the kernel${missing ? ` (${missing})` : ""}`, () => {
  const types = missing === undefined ? readKernelTypes(readFileSync(KERNEL_TYPES)) : undefined;
  const open: ObjectJudge[] = [];
  afterAll(() => {
    for (const judge of open) judge.close();
  });

  it.each(sources)("%s: verdicts, reasons and walks are the same", (name) => {
    if ("missing" in kernel) return;
    const bytes = compileSource(`${CORPUS}${name}`, { compiler: compiler! }).object;
    const object = readObject(bytes);
    const judge = new ObjectJudge(kernel.libc, bytes, object, (called) => types!.find("function", called) ?? 0);
    open.push(judge);
    const maps = verifierMaps(object, availableParallelism());
    const want: Record<string, unknown> = {};
    const have: Record<string, unknown> = {};
    for (const program of object.programs) {
      const { errno, log } = judge.judge(program, findProgramType(program.type!)!.number);
      const { accepted, reason } = recordedFrom(errno, log);
      const processed = (line: string): string => line.replace(/ \(limit.*/, "");
      want[program.name] = { accepted, reason, statistics: processed(recordedFrom(errno, log).statistics) };
      const result = recordedOf(
        verify(program.instructions, {
          type: program.type!,
          maps,
          license: object.license,
          expectedAttachType: program.attachType ?? 0,
          possibleCpus: availableParallelism(),
          ...(object.btf === undefined ? {} : { types: { btf: object.btf, functions: program.functions } }),
          kernelFunctions: new Map(
            program.unresolved.flatMap((it) => it.instructions.map((slot) => [slot, it.name] as const)),
          ),
        }),
      );
      have[program.name] = { ...result, statistics: processed(result.statistics) };
    }
    expect(have).toEqual(want);
  });
});
