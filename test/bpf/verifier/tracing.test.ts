import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readKernelTypes } from "../../../src/bpf/object/btf/read-kernel-types.ts";
import { readObject } from "../../../src/bpf/object/read-object.ts";
import { compileSource } from "../../../src/c-compiler/compile.ts";
import { findCompilerNamed } from "../../../src/c-compiler/compilers.ts";
import { CORPUS, verdictOf } from "./object-verdicts.ts";

const COMPILER = "clang-19";
const KERNEL_TYPES = "/sys/kernel/btf/vmlinux";
const missing =
  findCompilerNamed(COMPILER, process.env.PATH ?? "") === undefined
    ? `there is no ${COMPILER}`
    : existsSync(KERNEL_TYPES)
      ? undefined
      : "the kernel has no BTF";

describe.skipIf(missing !== undefined)(`programs at functions of the kernel${missing ? ` (${missing})` : ""}`, () => {
  const source = `${CORPUS}kernel-types/tracing.c`;
  const verdictOn = (name: string, withTypes = true) => {
    const types = readKernelTypes(readFileSync(KERNEL_TYPES));
    const object = readObject(compileSource(source, { compiler: COMPILER }).object, { kernelTypes: types });
    return verdictOf(object, object.programs.find((it) => it.name === name)!, 1, withTypes ? types : undefined);
  };

  // Not every kernel has trampolines to compare with.
  it.each([
    { name: "number", reason: "" },
    { name: "result", reason: "" },
    { name: "packet_length", reason: "" },
    { name: "argument_count", reason: "" },
    {
      name: "wrong_result",
      reason: "At program exit the register R0 has unknown scalar value should have been in [0, 0]",
    },
    { name: "result_too_early", reason: "invalid bpf_context access off=8 size=8" },
  ])("$name: $reason", ({ name, reason }) => {
    expect(verdictOn(name)).toMatchObject({ accepted: reason === "", reason });
  });

  it("are refused by name without the kernel's types", () => {
    expect(verdictOn("number", false).reason).toBe("tracing without the kernel's types is not supported by netsim yet");
  });
});
