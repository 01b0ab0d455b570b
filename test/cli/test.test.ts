import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { scratch } from "../scratch.ts";
import { netsim } from "./fake-terminal.ts";

const built = existsSync("dist/test-worker.js");
const PORT = (port: number, verdict: string) =>
  `program: { filter: tcp port 22 }\ncases: [{ packet: { ipv4: {}, tcp: { dport: ${port} } }, expect: { verdict: ${verdict} } }]\n`;

describe("netsim test", () => {
  it("draws a bar on a terminal, and takes it away", async () => {
    const file = scratch({ "a.yaml": PORT(22, "passed"), "b.yaml": PORT(80, "dropped") });
    let now = 0;
    const clock = () => {
      now += 1000;
      return now;
    };
    const { error, out } = await netsim(["test", dirname(file)], { interactive: true, clock });
    expect(out).toMatch(/2 passed\n$/);
    expect(error).toContain(`\r\u001b[K[${"=".repeat(20)}${" ".repeat(20)}] 1 of 2 files`);
    expect(error.endsWith(" 2 of 2 files\r\u001b[K")).toBe(true);
    expect((await netsim(["test", file])).error).toBe("");
  });

  it("watches: runs again when a test or a file that it names changes, and survives mistakes", async () => {
    const file = scratch({
      "a.yaml":
        "program: { classic: p.bpf }\ncases: [{ packet: { ipv4: {}, tcp: {} }, expect: { verdict: passed } }]\n",
      "p.bpf": "ret #100\n",
    });
    const interruption = new AbortController();
    const shown: string[] = [];
    const turns = [
      () => writeFileSync(join(dirname(file), "p.bpf"), "ret #0\n"),
      () => writeFileSync(file, "cases: ["),
      () => writeFileSync(file, PORT(22, "passed")),
      () => interruption.abort(),
    ];
    const { exitCode } = await netsim(["test", file, "--watch"], {
      interrupted: interruption.signal,
      out: (text) => void shown.push(text.trim().split("\n").at(-1)!),
      error: (text) => {
        if (text.startsWith("Waiting")) setTimeout(() => turns.shift()?.(), 20);
      },
    });
    expect(shown).toEqual(["1 passed", "0 passed, 1 failed", "0 passed, 1 files cannot be used", "1 passed"]);
    expect(exitCode).toBe(130);
  });

  it.skipIf(!built)("comes to the same on several threads (needs `npm run build`)", () => {
    const names = Array.from({ length: 9 }, (_, i) => `${i}.yaml`);
    const file = scratch(
      Object.fromEntries(names.map((name, i) => [name, i === 4 ? "cases: [" : PORT(i === 7 ? 80 : 22, "passed")])),
    );
    const [one, several] = ["1", "3"].map((jobs) =>
      spawnSync(process.execPath, ["dist/main.js", "test", dirname(file), "--jobs", jobs, "--report", "json"], {
        encoding: "utf8",
      }),
    );
    expect(several!.stdout).toBe(one!.stdout);
    expect(several!.status).toBe(one!.status);
    expect(JSON.parse(one!.stdout)).toMatchObject({ passed: 7, failed: 1, exitCode: 3 });
  });
});
