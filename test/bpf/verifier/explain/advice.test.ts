import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { adviceFor } from "../../../../src/bpf/verifier/explain/advice/advice.ts";
import type { Category } from "../../../../src/bpf/verifier/refusal.ts";

const VERIFIER = new URL("../../../../src/bpf/verifier", import.meta.url).pathname;

/** The source between a call's parentheses. */
function argumentsAt(text: string, start: number): string {
  let depth = 1;
  let end = start;
  for (; depth > 0 && end < text.length; end++) {
    if ("([{".includes(text[end]!)) depth++;
    if (")]}".includes(text[end]!)) depth--;
  }
  return text.slice(start, end - 1);
}

/** Every refusal whose words stand in the verifier's source: category and last line, `7` for what is filled in. */
function refusals(): { category: string; reason: string }[] {
  const found: { category: string; reason: string }[] = [];
  for (const file of readdirSync(VERIFIER, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(join(VERIFIER, file), "utf8");
    for (const { index, 0: call } of text.matchAll(/\b(?:walk|this)\.refuse\(|\bnew Refusal\(/g)) {
      const given = argumentsAt(text, index + call.length);
      const category = /^\s*"([a-z-]+)"/.exec(given)?.[1];
      if (category === undefined) continue;
      const words = [...given.slice(category.length + 2).matchAll(/"((?:[^"\\]|\\.)+)"|`((?:[^`\\]|\\.)+)`/g)];
      const last = words.at(-1);
      if (last !== undefined) found.push({ category, reason: (last[1] ?? last[2])!.replace(/\$\{[^}]*\}/g, "7") });
    }
  }
  return found;
}

describe("advice", () => {
  const all = refusals();

  it("finds the verifier's refusals", () => {
    expect(all.length).toBeGreaterThan(80);
  });

  it.each(all)("has some for: $reason", ({ category, reason }) => {
    const { suggestion } = adviceFor(category as Category, reason);
    expect(suggestion).toMatch(/^['A-Z].*[.'"]$/);
  });

  it("says for nearly all what they mean, not only what kind they are", () => {
    const vague = all.filter(({ category, reason }) => !adviceFor(category as Category, reason).specific);
    expect(vague.length, vague.map(({ reason }) => reason).join("\n")).toBeLessThanOrEqual(all.length / 5);
  });

  it("fills in what the reason names", () => {
    expect(adviceFor("null-pointer", "R3 invalid mem access 'map_value_or_null'").meaning).toBe(
      "R3 may be NULL: nothing on the way here has ruled that out.",
    );
    expect(adviceFor("helper-call", "R2 type=scalar expected=fp").meaning).toBe(
      "The call wants fp in R2, which holds scalar.",
    );
  });
});
