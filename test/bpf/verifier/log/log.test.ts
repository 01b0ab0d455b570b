import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { verify } from "../../../../src/bpf/verifier/verify.ts";

/** The log's lines from the first instruction on, without the statistics; Linux 6.18 says the same. */
function walkOf(
  text: string,
  lines: readonly (readonly [instruction: number, line: number, text: string])[] = [],
): string[] {
  const { log } = verify(assembleExtended(text).bytes, {
    type: "sched_cls",
    logLevel: 2,
    lines: () => lines.map(([instruction, line, text]) => ({ instruction, file: "src/a.c", line, column: 1, text })),
  });
  const all = log.trimEnd().split("\n");
  return all.slice(all.findIndex((line) => line.startsWith("0: R1=ctx()")) + 1, -1);
}

describe("the log of level 2", () => {
  it("shows a constant that is bound to another one as it is, not with its distance from it once more", () => {
    const lines = walkOf("call 7\nr1 = r0\nr1 += 5\nif r0 == 3 goto out\nr1 = 0\nout: r0 = r1\nexit");
    expect(lines).toContain("from 3 to 5: R0=3 R1=8 R10=fp0");
  });

  it("follows no bonds of registers that nothing reads any more", () => {
    const lines = walkOf("call 7\nr1 = r0\nr2 = r0\nif r0 > 7 goto out\nr3 = r10\nr3 -= r1\nout: r0 = 0\nexit");
    const traced = lines.filter((line) => line.startsWith("mark_precise") && line.includes("before 2:"));
    expect(traced).toEqual(["mark_precise: frame0: regs=r0,r1 stack= before 2: (bf) r2 = r0"]);
  });

  it("has each line of the source once until another one comes", () => {
    const lines = [
      [0, 3, "\tint a = 1;"],
      [1, 3, "\tint a = 1;"],
      [2, 4, "\treturn a;"],
    ] as const;
    expect(walkOf("r0 = 1\nr0 += 1\nexit", lines)).toEqual([
      "; int a = 1; @ a.c:3",
      "0: (b7) r0 = 1                        ; R0=1",
      "1: (07) r0 += 1                       ; R0=2",
      "; return a; @ a.c:4",
      "2: (95) exit",
    ]);
  });

  it("names the lines that a jump back joins, where no loop is allowed", () => {
    const { log } = verify(assembleExtended("r0 = 0\nagain: r0 += 1\nif r0 < 9 goto again\nexit").bytes, {
      type: "sched_cls",
      logLevel: 1,
      loops: "none",
      lines: () => [
        { instruction: 0, file: "a.c", line: 2, column: 1, text: "int i = 0;" },
        { instruction: 1, file: "a.c", line: 3, column: 1, text: "while (i < 9) i++;" },
      ],
    });
    expect(log.split("\n").slice(0, 2)).toEqual(["2: while (i < 9) i++; @ a.c:3", "back-edge from insn 2 to 1"]);
  });
});
