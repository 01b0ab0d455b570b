import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { disassemble } from "../../../../src/bpf/isa/disassembler/disassemble.ts";
import type { Executable } from "../../../../src/bpf/vm/environment.ts";
import { Jit } from "../../../../src/bpf/vm/jit/jit.ts";
import { ProgramFault } from "../../../../src/bpf/vm/program-fault.ts";
import { CASES } from "../../../conformance/cases/all.ts";
import { publicSuite } from "../../../conformance/public-suite.ts";
import { MEMORY_BYTES, PARTS, randomProgram } from "../../../conformance/random-program.ts";
import { runCase, wanted } from "../../../conformance/run-case.ts";
import { Bench } from "./jit-programs.ts";

/* The conformance tests run checked code; what is compiled for verified programs has to do the same. */

const jit = new Jit();
const trusted = {
  name: "jit",
  load: (program: Uint8Array, environment: Parameters<Jit["load"]>[1]) => jit.load(program, environment),
};

/** `callx` of a helper's number, which only checked code tells from a function of the program. */
const LEFT_OUT = new Set(["callx"]);

describe("trusted code", () => {
  it.each(CASES.filter(({ name }) => !LEFT_OUT.has(name)))("$name", (test) => {
    expect(runCase(trusted, test)).toEqual(wanted(test));
  });

  describe.skipIf(publicSuite === undefined)(
    `bpf_conformance${publicSuite === undefined ? " (skipped: its files are not beside the project)" : ""}`,
    () => {
      it.each((publicSuite ?? []).filter(({ name }) => !LEFT_OUT.has(name)))("$name", (test) => {
        expect(runCase(trusted, test).r0).toBe(test.want);
      });
    },
  );

  it("does what checked code does in random programs that keep to the rules", () => {
    const bench = new Bench({ size: MEMORY_BYTES });
    const { memory, context } = bench;
    const content = Uint8Array.from({ length: MEMORY_BYTES }, (_, i) => i * 37 + 129);
    const outcome = (executable: Executable, part: number): string => {
      memory.bytes.set(content, context);
      memory.bytes[context] = part;
      const r0 = executable.runWide(context);
      return `${r0.toString(16)} ${Buffer.from(memory.bytes.subarray(context, context + MEMORY_BYTES)).toString("hex")}`;
    };
    let compared = 0;
    fc.assert(
      fc.property(randomProgram, (program) => {
        const checked = bench.jit.load(program, bench.environment, { checked: true });
        const verified = bench.jit.load(program, bench.environment, { clearStacks: true });
        for (let part = 0; part < PARTS; part++) {
          let want: string;
          try {
            want = outcome(checked, part);
          } catch (error) {
            if (error instanceof ProgramFault) continue;
            throw error;
          }
          compared++;
          const got = outcome(verified, part);
          if (got !== want)
            expect.fail(
              `part ${part}: ${got}, not ${want}\n${disassemble(program, { syntax: "kernel", numbers: true })}`,
            );
        }
        checked.release();
        verified.release();
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(1000);
  });
});
