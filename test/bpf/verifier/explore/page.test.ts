import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { type ExplorePageInput, explorePage, LARGEST_PROGRAM } from "../../../../src/bpf/verifier/explore/page.ts";

function page(text: string, rest: Partial<ExplorePageInput> = {}): string | undefined {
  const { bytes } = assembleExtended(text);
  const type = "xdp";
  return explorePage({ name: "program", bytes, options: { type }, type, sourceOf: () => undefined, ...rest });
}

/** What the page's script is given. */
function dataOf(html: string): {
  path: number[];
  refused: number;
  strings: string[];
  instructions: { text: string; visits: number; pruned: number; states: [number, number, [string, number, 1?][]][] }[];
} {
  return JSON.parse(/<script>const DATA = (.*);\n/.exec(html)![1]!);
}

const LOOP = "r0 = 0\nagain: r0 += 1\nif r0 < 5 goto again\nexit";
const REFUSED = "r2 = *(u32 *)(r1 + 0)\ncall 7\nif r0 == 0 goto out\nr0 = *(u8 *)(r2 + 0)\nout: r0 = 0\nexit";

describe("the page that shows a walk", () => {
  it("needs nothing from elsewhere", () => {
    const html = page(REFUSED)!;
    expect(html).toContain("default-src 'none'");
    expect(html.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(
      /https?:|<link|<img|\bsrc=|@import|url\((?!#)/,
    );
  });

  it("has every instruction, how often it was walked, and the states before it", () => {
    const { instructions, strings, refused } = dataOf(page(LOOP)!);
    expect(refused).toBe(-1);
    expect(instructions.map(({ text, visits }) => [text, visits])).toEqual([
      ["(b7) r0 = 0", 1],
      ["(07) r0 += 1", 5],
      ["(a5) if r0 < 0x5 goto pc-2", 5],
      ["(95) exit", 1],
    ]);
    const counted = instructions[1]!.states.map(([from, , values]) => [
      from,
      strings[values.find(([name]) => name === "R0")![1]],
    ]);
    expect(counted).toEqual([
      [0, "0"],
      [2, "1"],
      [2, "2"],
      [2, "3"],
      [2, "4"],
    ]);
  });

  it("marks what an instruction changed", () => {
    const { instructions } = dataOf(page("r6 = 1\nr7 = 2\n*(u64 *)(r10 - 8) = r6\nr0 = 0\nexit")!);
    const changed = (at: number) =>
      instructions[at]!.states[0]![2].filter(([, , is]) => is === 1).map(([name]) => name);
    expect([changed(1), changed(2), changed(3)]).toEqual([["R6"], ["R7"], ["fp-8"]]);
  });

  it("goes along the way to a refusal, and explains it", () => {
    const html = page(REFUSED)!;
    expect(dataOf(html)).toMatchObject({ path: [0, 1, 2, 3], refused: 3 });
    expect(html).toContain('class="line on-path refused" data-i="3"');
    expect(html).toContain("<b>uninitialized: R2 !read_ok</b>");
    expect(html).toMatch(/<ol class="because">/);
    expect(html).toMatch(/class="edge next hot"/);
  });

  it("shows where the walk was cut, and what no path comes to", () => {
    const html = page("r0 = 0\ncall 7\nif r0 > 3 goto +1\nr0 = 1\nr0 = 2\nif r0 == 2 goto +1\nr0 = 9\nexit")!;
    expect(html).toMatch(/class="block dead"/);
    const branches = "call 7\nif r0 > 3 goto +1\nr6 = 0\nr6 = 0\n".repeat(4);
    const { instructions } = dataOf(page(`${branches}r0 = 0\nexit`)!);
    expect(instructions.some(({ pruned }) => pruned > 0)).toBe(true);
  });

  it("keeps within its limits, and says what it left out", () => {
    const text = "r0 = 0\nagain: r0 += 1\nif r0 < 500 goto again\nexit";
    const html = page(text, { limits: { statesPerInstruction: 3, states: 5 } })!;
    const { instructions } = dataOf(html);
    expect(instructions.map(({ states }) => states.length)).toEqual([1, 2, 2, 0]);
    expect(html).toContain("5 of 1,002 states are in this page");
    expect(html.length).toBeLessThan(40_000);
  });

  it("lets no name or source out of its place", () => {
    const evil = '</script><script>alert("1")</script>\u202e';
    const html = page(REFUSED, {
      name: evil,
      sourceOf: (instruction) => ({ file: evil, line: instruction + 1, text: evil }),
      functionNames: new Map([[0, evil]]),
    })!;
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html.match(/<\/script>/g)).toHaveLength(1);
    expect(html.replace(/<script>.*<\/script>/s, "")).not.toContain("\u202e");
  });

  it("draws every shape of graph", () => {
    const shapes = [
      "r0 = 0\nexit",
      "r0 = 0\nself: r0 += 1\nif r0 < 3 goto self\nexit",
      "r0 = 0\nouter: r1 = 0\ninner: r1 += 1\nif r1 < 3 goto inner\nr0 += 1\nif r0 < 3 goto outer\nexit",
      "call function\nr0 = 0\nexit\nfunction: r0 = 1\nif r1 == 0 goto +1\nr0 = 2\nexit",
      "r0 = 0\nif r0 == 0 goto +0\nexit",
      `${Array.from({ length: 200 }, (_, i) => `call 7\nif r0 > ${i} goto out`).join("\n")}\nout: r0 = 0\nexit`,
    ];
    for (const text of shapes) {
      const html = page(text)!;
      const svg = /<svg.*<\/svg>/s.exec(html)![0];
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      expect(svg.match(/class="line/g)!.length).toBe(
        dataOf(html).instructions.filter(({ text }) => text !== "").length,
      );
    }
  });

  it("is the same each time", () => {
    expect(page(LOOP)).toBe(page(LOOP));
  });

  it("is not made of what has no graph", () => {
    expect(page("r0 = 0\nexit", { bytes: new Uint8Array() })).toBeUndefined();
    expect(page("r0 = 0\nexit", { bytes: new Uint8Array(8 * (LARGEST_PROGRAM + 1)) })).toBeUndefined();
    const jump = Uint8Array.from(Buffer.from("05006400000000009500000000000000", "hex"));
    expect(page("exit", { bytes: jump })).toBeUndefined();
  });
});
