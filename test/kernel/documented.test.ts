import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { TEST_TYPES } from "../../src/cli/bpf/test-types.ts";
import { KERNEL_ENGINE_TYPES } from "../../src/kernel/engine/program-needs.ts";

const BPF_PAGE = readFileSync("docs/bpf.md", "utf8");
const LAB_PAGE = readFileSync("docs/lab.md", "utf8");
const wordsIn = (text: string): string[] => [...text.matchAll(/`(\w+)`/g)].map(([, word]) => word!).sort();

it("docs/bpf.md names the types that netsim bpf run runs", () => {
  const rows = BPF_PAGE.slice(BPF_PAGE.indexOf("| type | is given |")).split("\n\n")[0]!.split("\n").slice(2);
  expect(rows.flatMap((row) => wordsIn(row.split("|")[1]!)).sort()).toEqual([...TEST_TYPES].sort());
});

it("docs/lab.md names the types that the engine kernel runs on packets of topologies", () => {
  const [, row] = /^\| extended programs on packets \| (.*) \|$/m.exec(LAB_PAGE)!;
  expect(wordsIn(row!.split("|")[0]!)).toEqual([...KERNEL_ENGINE_TYPES].sort());
});
