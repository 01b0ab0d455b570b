import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { readKernelTypes } from "../../../../src/bpf/object/btf/read-kernel-types.ts";
import { verifierOptions } from "../../../../src/bpf/object/load/verifier-options.ts";
import { readObject } from "../../../../src/bpf/object/read-object.ts";
import { findProgramType } from "../../../../src/bpf/program-type.ts";
import { type Explanation, explain } from "../../../../src/bpf/verifier/explain/explain.ts";
import { sourceByLines } from "../../../../src/bpf/verifier/explain/source-place.ts";
import { compileSource } from "../../../../src/c-compiler/compile.ts";
import { findCompilerNamed } from "../../../../src/c-compiler/compilers.ts";
import { assembleWithMaps, descriptorOfMap, MAPS_BY_DESCRIPTOR } from "../maps.ts";
import { CORPUS } from "../object-verdicts.ts";
import { PROGRAMS } from "../programs.ts";
import { readRecorded } from "../recorded.ts";

const explained = (text: string, type = "sched_cls"): Explanation =>
  explain(assembleWithMaps(text, descriptorOfMap), { type, maps: MAPS_BY_DESCRIPTOR })!.explanation;

const steps = ({ path }: Explanation): string[] => path.map(({ instruction, says }) => `${instruction}: ${says}`);

const COMPILER = "clang-19";
const KERNEL_TYPES = "/sys/kernel/btf/vmlinux";
const missing =
  findCompilerNamed(COMPILER, process.env.PATH ?? "") === undefined
    ? `there is no ${COMPILER}`
    : existsSync(KERNEL_TYPES)
      ? undefined
      : "the kernel has no BTF";

describe.skipIf(missing !== undefined)(`explanations of compiled programs${missing ? ` (${missing})` : ""}`, () => {
  const sources = readdirSync(CORPUS, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".c"));

  it.each(sources)("have category, reason, place, line, path and suggestion: %s", (name) => {
    const kernelTypes = readKernelTypes(readFileSync(KERNEL_TYPES));
    const object = readObject(compileSource(`${CORPUS}${name}`, { compiler: COMPILER }).object, { kernelTypes });
    const vague: unknown[] = [];
    for (const program of object.programs) {
      const options = { ...verifierOptions(object, program, 2), type: program.type!, kernelTypes };
      const explanation = explain(program.instructions, options, sourceByLines(program.lines))?.explanation;
      if (explanation === undefined || explanation.category === "unsupported") continue;
      const { reason, meaning, suggestion, instruction, source, path } = explanation;
      const whole = instruction < 0;
      if (reason !== "" && meaning !== undefined && suggestion !== "" && (whole || (source && path.length > 0)))
        continue;
      vague.push({ program: program.name, reason, meaning, suggestion, instruction, source, path });
    }
    expect(vague).toEqual([]);
  });
});

describe("an explanation", () => {
  const recorded = readRecorded();
  const refused = PROGRAMS.filter(({ name }) => recorded[name]?.accepted === false);

  it.each(refused)("is complete: $name", ({ text, type = 3, license, expectedAttachType, strictAlignment, name }) => {
    const { explanation } = explain(assembleWithMaps(text, descriptorOfMap), {
      type: findProgramType(type)!,
      maps: MAPS_BY_DESCRIPTOR,
      ...(license === undefined ? {} : { license }),
      ...(expectedAttachType === undefined ? {} : { expectedAttachType }),
      ...(strictAlignment === undefined ? {} : { strictAlignment }),
    })!;
    expect(explanation.reason).toBe(recorded[name]!.reason);
    expect(explanation.lines.at(-1)).toBe(explanation.reason);
    expect(explanation.meaning, explanation.reason).toMatch(/\.$/);
    expect(explanation.suggestion).not.toBe("");
    // Some refusals are about the whole program: they have no place.
    expect(explanation.path.at(-1)?.instruction ?? -1).toBe(explanation.instruction);
    for (const { says } of explanation.path) expect(says).not.toMatch(/undefined|NaN/);
  });

  it("follows a value through copies, the stack and branches to its origin", () => {
    const text = [
      "r6 = *(u32 *)(r1 + 76)\nr7 = *(u32 *)(r1 + 80)\n*(u64 *)(r10 - 8) = r6\nr6 = 0",
      "r2 = *(u64 *)(r10 - 8)\nr3 = r2\nr3 += 8\nif r3 > r7 goto out\nr0 = *(u64 *)(r2 + 4)\nout: r0 = 0\nexit",
    ].join("\n");
    expect(steps(explained(text))).toEqual([
      "0: R6 is read from the context (__sk_buff.data): a pointer into the packet, of which 0 bytes are sure",
      "2: R6 is saved at fp-8: a pointer into the packet, of which 0 bytes are sure",
      "4: R2 is read from the stack at fp-8: a pointer into the packet, of which 0 bytes are sure",
      "7: does not jump: R2 is known better now: a pointer into the packet, of which 8 bytes are sure",
      "8: is refused: R2 is a pointer into the packet, of which 8 bytes are sure",
    ]);
  });

  it("follows arguments and results of functions", () => {
    const text = "r6 = r1\nr1 = 5\ncall function\nr0 = *(u8 *)(r0 + 0)\nr0 = 0\nexit\nfunction:\nr0 = r1\nexit";
    expect(steps(explained(text))).toEqual([
      "1: R1 is set: 5",
      "2: R1 is handed to the function at 6: 5",
      "6: R0 is copied from R1: 5",
      "7: R0 is what the function returns: 5",
      "3: is refused: R0 is 5",
    ]);
  });

  it("says what a call left unset, and what it made void", () => {
    expect(steps(explained("r1 = 1\ncall 7\nr2 = r1\nr0 = 0\nexit"))).toEqual([
      "1: bpf_get_prandom_u32 leaves R1 unset",
      "2: is refused",
    ]);
    const text = "r6 = r1\nr7 = *(u32 *)(r1 + 76)\nr2 = 14\ncall bpf_skb_pull_data\nr0 = *(u8 *)(r7 + 0)\nr0 = 0\nexit";
    expect(steps(explained(text)).slice(1)).toEqual([
      "3: bpf_skb_pull_data may move the packet: R7 is no pointer any more",
      "4: is refused: R7 is any number",
    ]);
  });

  it("says where a resource was acquired and where a loop goes round", () => {
    const leak = "r1 = map[ring]\nr2 = 8\nr3 = 0\ncall bpf_ringbuf_reserve\nr0 = 0\nexit";
    expect(steps(explained(leak))[0]).toBe("4: acquires what is not given back");
    expect(steps(explained("r0 = 0\nagain: r1 = 0\nif r0 == 0 goto again\nexit"))[0]).toMatch(
      /^\d: the loop goes round here, \d instructions long$/,
    );
  });

  it("says that a register was never set", () => {
    expect(steps(explained("r0 = r5\nexit"))).toEqual(["0: R5 is not set when the program begins", "0: is refused"]);
  });

  it("names lines of source", () => {
    const sourceOf = sourceByLines([
      { instruction: 0, file: "a.c", line: 3, column: 5, text: "    int a = 1;" },
      { instruction: 1, file: "a.c", line: 4, column: 0, text: "" },
    ]);
    expect([sourceOf(-1), sourceOf(0), sourceOf(2)]).toEqual([
      undefined,
      { file: "a.c", line: 3, column: 5, text: "    int a = 1;" },
      { file: "a.c", line: 4 },
    ]);
    const { bytes } = assembleExtended("r0 = 1\nr0 = r5\nexit");
    expect(explain(bytes, { type: "xdp" }, sourceOf)!.explanation.source).toEqual({ file: "a.c", line: 4 });
  });

  it("has nothing to say of accepted programs", () => {
    expect(explain(assembleExtended("r0 = 0\nexit").bytes, { type: "xdp" })).toBeUndefined();
  });
});
