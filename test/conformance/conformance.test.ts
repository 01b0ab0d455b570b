import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { encodeInstruction } from "../../src/bpf/isa/encode.ts";
import { FORMS } from "../../src/bpf/isa/forms/table.ts";
import { BPF_ENGINES } from "../../src/bpf/vm/engine.ts";
import { CASES } from "./cases/all.ts";
import { kernel, runInKernel } from "./kernel.ts";
import { publicSuite } from "./public-suite.ts";
import { runCase, wanted } from "./run-case.ts";

const absent = publicSuite === undefined ? " (skipped: its files are not beside the project)" : "";

describe.each(BPF_ENGINES)("the $name", (engine) => {
  it.each(CASES.map((test) => [test.name, test] as const))("%s", (_, test) => {
    expect(runCase(engine, test)).toEqual(wanted(test));
  });

  describe.skipIf(publicSuite === undefined)(`bpf_conformance${absent}`, () => {
    it.each((publicSuite ?? []).map((test) => [test.name, test] as const))("%s", (_, test) => {
      expect(runCase(engine, test).r0).toBe(test.want);
    });
  });
});

/** Opcodes that need an environment; environment.test.ts has them. */
const HAS_ENVIRONMENT = [0x20, 0x28, 0x30, 0x40, 0x48, 0x50];

it("the table has every opcode", () => {
  const tried = new Set<number>(HAS_ENVIRONMENT);
  for (const { program } of CASES)
    for (const it of assembleExtended(program).instructions) if (it !== null) tried.add(encodeInstruction(it).opcode);
  const left = FORMS.flatMap((forms, opcode) => (forms.length > 0 && !tried.has(opcode) ? [opcode.toString(16)] : []));
  expect(left).toEqual([]);
});

const missing = "missing" in kernel ? ` (skipped: ${kernel.missing})` : "";

describe.skipIf("missing" in kernel)(`the running kernel${missing}`, () => {
  const all = [...CASES, ...(publicSuite ?? [])];

  it.each(all.map((test) => [test.name, test] as const))("%s", (_, test) => {
    const got = runInKernel(test);
    if (test.refusedByLinux !== undefined)
      expect(got).toEqual({ refused: expect.stringContaining(test.refusedByLinux) });
    else if (CASES.includes(test)) expect(got).toEqual(wanted(test));
    else expect(got).toMatchObject({ r0: test.want });
  });
});
