import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClassicInstruction } from "../../src/bpf/classic/instruction.ts";
import { CaptureFilter } from "../../src/bpf/filter/capture-filter.ts";
import { compileFilter } from "../../src/bpf/filter/compile.ts";
import { ProgramTextError } from "../../src/bpf/program-text-error.ts";
import { drawGraph } from "../../src/meaning/drawing/svg.ts";
import { explain } from "../../src/meaning/explanation.ts";
import { inWords } from "../../src/meaning/words.ts";
import { expression, frame } from "../bpf/filter/arbitrary-expression.ts";
import { EXPRESSIONS } from "../bpf/filter/corpus.ts";
import { truthOf } from "./truth.ts";

const CONTEXT = { linkType: 1, dataStart: "link" } as const;
const LONG = 1500;

/** Expressions whose programs, not optimized, were once told wrong, and a frame of IPv4 that shows it. */
const FOUND: readonly string[] = ["not portrange 0-0 and (tcp)", "not port 0 and tcp"];
const NO_PROTOCOL = Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 0, 0, 0, 0, 1);

function compiled(text: string, optimize: boolean): ClassicInstruction[] | undefined {
  try {
    return compileFilter(text, { optimize });
  } catch (error) {
    if (error instanceof ProgramTextError) return undefined;
    throw error;
  }
}

describe("what is said of generated expressions", () => {
  it("holds of just the packets that the program takes", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        expression,
        fc.boolean(),
        fc.array(frame, { minLength: 8, maxLength: 8 }),
        (text, optimize, frames) => {
          const program = compiled(text, optimize);
          if (program === undefined) return;
          const { conditions } = explain(program, CONTEXT);
          const [condition] = conditions.values();
          if (conditions.size > 0 && condition === undefined) return;
          const interpreter = new CaptureFilter(program);
          for (const bytes of frames) {
            const packet = new Uint8Array(LONG);
            packet.set(bytes.subarray(0, LONG));
            const truth = condition === undefined ? false : truthOf(condition, packet, LONG);
            if (truth === undefined) continue;
            expect(truth, text).toBe(interpreter.run(packet, 0, LONG, LONG) !== 0);
            compared++;
          }
        },
      ),
      {
        numRuns: 150,
        examples: FOUND.map((text): [string, boolean, Uint8Array<ArrayBuffer>[]] => [text, false, [NO_PROTOCOL]]),
      },
    );
    expect(compared).toBeGreaterThan(300);
  });

  it("and their graphs can be told and drawn, whatever the link type", () => {
    for (const [i, text] of EXPRESSIONS.entries()) {
      if (i % 37 !== 0) continue;
      for (const linkType of [1, 0, 101, 113, 276, 105, 127, 9]) {
        let program: ClassicInstruction[];
        try {
          program = compileFilter(text, { linkType });
        } catch (error) {
          if (error instanceof ProgramTextError) continue;
          throw error;
        }
        const explanation = explain(program, { linkType, dataStart: "link" });
        expect(inWords(explanation).join("\n"), text).not.toMatch(/undefined|NaN|\[object/);
        expect(drawGraph(explanation, []), text).not.toMatch(/undefined|NaN|Infinity/);
      }
    }
  });
});
