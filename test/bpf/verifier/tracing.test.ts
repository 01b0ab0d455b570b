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
  const objectOf = (source: string) => {
    const types = readKernelTypes(readFileSync(KERNEL_TYPES));
    const { object } = compileSource(`${CORPUS}kernel-types/${source}`, { compiler: COMPILER });
    return { types, object: readObject(object, { kernelTypes: types }) };
  };
  const verdictOn = (name: string, withTypes = true, source = "tracing.c") => {
    const { types, object } = objectOf(source);
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

  it.each([
    { name: "threshold", target: "tcp_congestion_ops/ssthresh", reason: "" },
    { name: "window", target: "tcp_congestion_ops/cong_avoid", reason: "" },
    {
      name: "next_received",
      target: "tcp_congestion_ops/cong_avoid",
      reason: /^no write support to tcp_sock at off \d+$/,
    },
    {
      name: "information",
      target: "tcp_congestion_ops/get_info",
      reason: "attach to unsupported member get_info of struct tcp_congestion_ops",
    },
    {
      name: "option_set_at_last",
      target: "tcp_congestion_ops/release",
      reason: "program of this type cannot use helper bpf_setsockopt#49",
    },
    {
      name: "state_without_a_look",
      target: "bpf_dummy_ops/test_1",
      reason: "R1 invalid mem access 'trusted_ptr_or_null_'",
    },
    { name: "in_no_struct", target: undefined, reason: "No struct of the object holds the program" },
  ])("$target of structs, $name: $reason", ({ name, target, reason }) => {
    const verdict = verdictOn(name, true, "operations.c");
    expect(verdict.accepted).toBe(reason === "");
    if (typeof reason === "string") expect(verdict.reason).toBe(reason);
    else expect(verdict.reason).toMatch(reason);
    expect(objectOf("operations.c").object.programs.find((it) => it.name === name)!.attachTarget).toBe(target);
  });

  // Not every kernel tells the addresses of its variables to compare with (CONFIG_KALLSYMS_ALL).
  it.each([
    { name: "this_processor", reason: "" },
    { name: "other_processor", reason: "" },
    { name: "other_processor_without_a_look", reason: "R0 invalid mem access 'ptr_or_null_'" },
    { name: "number_of_processor", reason: "" },
    { name: "number_written", reason: "R0 cannot write into rdonly_mem" },
    { name: "behind_the_number", reason: "R0 min value is outside of the allowed memory range" },
    { name: "without_a_processor", reason: /^R1 is ptr_rq access percpu memory: off=\d+$/ },
  ])("$name: variables of the kernel", ({ name, reason }) => {
    const verdict = verdictOn(name, true, "symbols.c");
    expect(verdict.reason).toMatch(reason);
    expect(verdict.accepted).toBe(reason === "");
  });

  it("are refused by name without the kernel's types", () => {
    expect(verdictOn("number", false).reason).toBe("tracing without the kernel's types is not supported by netsim yet");
  });
});
