import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../src/errors.ts";
import { FINDINGS } from "../../src/explanations/explanations.ts";
import { RULES } from "../../src/lint/lint.ts";
import { netsim } from "./fake-terminal.ts";

/** Codes of errors with their exit codes, and of findings. */
const CODES: [code: string, exit: string][] = [
  ...Object.entries(ERROR_CODES).map(([code, exit]): [string, string] => [code, `exit code ${exit}`]),
  ...Object.keys(FINDINGS).map((code): [string, string] => [code, "a finding"]),
];
/** Names of the union FindingCode. */
const AUDITED = [...readFileSync("src/seccomp/analysis/finding.ts", "utf8").matchAll(/^ {2}\| "([\w-]+)"/gm)].map(
  ([, code]) => code!,
);

describe("netsim explain", () => {
  it.each(CODES)("explains %s", async (code, exit) => {
    const { exitCode, out, error } = await netsim(["explain", code]);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: "" });
    expect(out).toMatch(
      new RegExp(`^${code}  ${exit}\n[A-Z\`].{15,}\\.\n\nUsual cause: .{15,}\\.\nWhat to do: .{10,}\\.\n$`),
    );
  });

  it("lists every code once", async () => {
    const { exitCode, out } = await netsim(["explain"]);
    expect(exitCode).toBe(0);
    const listed = out.trimEnd().split("\n");
    expect(listed.map((line) => line.slice(0, line.indexOf(" ")))).toEqual(CODES.map(([code]) => code));
  });

  it("has every finding of lint and audit, and no others", () => {
    expect(AUDITED.length).toBeGreaterThan(10);
    expect(Object.keys(FINDINGS).sort()).toEqual([...RULES.map(({ name }) => name), ...AUDITED].sort());
  });

  it("takes a code as errors print it", async () => {
    expect(await netsim(["explain", "error[bad-address]"])).toEqual(await netsim(["explain", "bad-address"]));
  });

  it.each([
    { name: "mistyped", have: "bad-adress", want: "Near it are bad-address" },
    { name: "with words of others", have: "rejected", want: "Near it are program-rejected." },
    { name: "near to nothing", have: "zzzzzz", want: "`netsim explain` lists the codes." },
    { name: "of an object's own properties", have: "constructor", want: "`netsim explain` lists the codes." },
  ])("refuses a code that is $name", async ({ have, want }) => {
    const { exitCode, out, error } = await netsim(["explain", have]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(error).toContain(`There is no code '${have}'.`);
    expect(error).toContain(want);
  });
});
