import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { PROCESS_END_CASES } from "../network/tcp/process-end-cases.ts";

const SCRIPT = fileURLToPath(new URL("process-end.py", import.meta.url));

const missing = whyNot();

function whyNot(): string {
  if (process.platform !== "linux" || process.arch !== "x64") return " (skipped: not Linux on x86_64)";
  if (process.getuid?.() !== 0) return " (skipped: network namespaces need root)";
  if (spawnSync("python3", ["-V"]).status !== 0) return " (skipped: python3 is not installed)";
  if (spawnSync("unshare", ["-n", "ip", "link"]).status !== 0)
    return " (skipped: there are no network namespaces here)";
  return "";
}

describe.skipIf(missing !== "")(`connections of processes that filters kill, in the kernel at hand${missing}`, () => {
  it("end as in the simulation", () => {
    const { stdout, stderr } = spawnSync("unshare", ["-n", "python3", SCRIPT], {
      input: JSON.stringify(PROCESS_END_CASES),
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(stderr).toBe("");
    const told = JSON.parse(stdout) as unknown[];
    expect(PROCESS_END_CASES.map(({ name }, i) => [name, told[i]])).toEqual(
      PROCESS_END_CASES.map(({ name, want }) => [name, want]),
    );
  }, 30_000);
});
