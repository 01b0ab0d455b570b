import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkClassic } from "../../../src/bpf/classic/checker.ts";
import type { ClassicInstruction } from "../../../src/bpf/classic/instruction.ts";
import { CaptureFilter } from "../../../src/bpf/filter/capture-filter.ts";
import { translateForCaptures } from "../../../src/bpf/filter/capture-translation.ts";
import { compileFilter } from "../../../src/bpf/filter/compile.ts";
import { parseFilter } from "../../../src/bpf/filter/syntax/parser.ts";
import { ProgramTextError } from "../../../src/bpf/program-text-error.ts";
import { LibpcapCompiler } from "../../reference/libpcap-compiler.ts";
import { expression, frame } from "./arbitrary-expression.ts";

const libpcap = LibpcapCompiler.load();
const is110 = libpcap?.version.startsWith("libpcap version 1.10.3") === true;

function compiled(text: string, optimize: boolean): ClassicInstruction[] | undefined {
  try {
    return compileFilter(text, { optimize });
  } catch (error) {
    if (error instanceof ProgramTextError) return undefined;
    throw error;
  }
}

describe("generated expressions", () => {
  it("are taken by the kernel once compiled and optimized", () => {
    fc.assert(
      fc.property(expression, (text) => {
        const problems = checkClassic(compiled(text, true) ?? compileFilter(""));
        // What is behind 'geneve or ...' reads slots that only the tunnel's test writes, in libpcap too; and a negative
        // index can be one of ancillary data that there is none of.
        if (!text.includes("geneve"))
          expect(problems.filter(({ message }) => !message.includes("ancillary"))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("are translated for captures as they are interpreted", () => {
    fc.assert(
      fc.property(expression, fc.array(frame, { minLength: 5, maxLength: 5 }), fc.nat(200), (text, frames, wire) => {
        const program = compiled(text, false);
        if (program === undefined) return;
        const [interpreter, translated] = [new CaptureFilter(program), translateForCaptures(program)];
        for (const bytes of frames)
          if (translated !== undefined)
            expect(translated(bytes, 0, bytes.length, wire)).toBe(interpreter.run(bytes, 0, bytes.length, wire));
      }),
      { numRuns: 300 },
    );
  });

  it("are read without anything but a refusal, whatever the text", () => {
    const words = fc.constantFrom(
      ...["tcp", "and", "or", "not", "(", ")", "port", "22", "host", "10.0.0.1", "src", "[", "]", ":", "+", "=", "len"],
      ...[
        "vlan",
        "net",
        "/",
        "mask",
        "::1",
        "ether",
        "0:1:2:3:4:5",
        "type",
        "llc",
        "%",
        "-",
        "x",
        "\\ip",
        "$1",
        ",",
        "ip",
      ],
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 9 }), (parts) => {
        const text = parts.join(" ");
        const have = compiled(text, true) === undefined;
        if (is110 && !/\bx\b/.test(text))
          expect(have, text).toBe(libpcap!.compile(text, { linkType: 1 }).refusal !== undefined);
      }),
      { numRuns: 1500 },
    );
  });

  it.skipIf(!is110)(`give libpcap 1.10.3's programs${is110 ? "" : " (another libpcap, or none, is installed)"}`, () => {
    fc.assert(
      fc.property(expression, fc.boolean(), (text, optimize) => {
        const { instructions } = libpcap!.compile(text, { linkType: 1, optimize });
        expect(compiled(text, optimize), text).toEqual(instructions);
      }),
      { numRuns: 1500 },
    );
  });
});

describe("nesting", () => {
  it("is refused where it is too deep, not answered by an exhausted stack", () => {
    expect(() => parseFilter(`${"(".repeat(5000)}ip${")".repeat(5000)}`)).toThrow(/nested/);
    expect(() => parseFilter(`${"not ".repeat(5000)}ip`)).toThrow(/nested/);
    expect(() => parseFilter(`${"-".repeat(5000)}1 = 1`)).toThrow(/nested/);
    expect(() => parseFilter("ip[".repeat(5000))).toThrow(/nested/);
    expect(() => parseFilter(`${"1 % ".repeat(5000)}1 = 1`)).toThrow(/nested/);
  });

  it("is no matter in chains", () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => `ip[0] = ${i % 200}`).join(" or ");
    expect(compileFilter(chain, { optimize: false }).length).toBeGreaterThan(100_000);
  });
});
