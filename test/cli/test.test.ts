import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { scratch } from "../scratch.ts";
import { netsim } from "./fake-terminal.ts";

const built = existsSync("dist/test-worker.js");
const PORT = (port: number, verdict: string) =>
  `program: { filter: tcp port 22 }\ncases: [{ name: a packet, packet: { ipv4: {}, tcp: { dport: ${port} } }, expect: { verdict: ${verdict} } }]\n`;

/** Cases that all fail. */
const rows = (count: number) =>
  `program: { filter: tcp port 9999 }
cases:
  - { name: port $port, packet: { ipv4: {}, tcp: { dport: $port } }, expect: { verdict: passed }, with: { columns: [port], rows: [${Array.from({ length: count }, (_, i) => `[${i}]`).join(", ")}] } }
`;
const CAPTURES = Array.from(
  { length: 40 },
  () => `{ capture: ${process.cwd()}/topologies/captures/mixed.pcap, expect: { verdict: passed } }`,
).join(", ");

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
    expect(error).toContain(`\r\u001b[K[${"=".repeat(20)}${" ".repeat(20)}] 1 of 2 files, 1 cases`);
    expect(error.endsWith(" 2 of 2 files, 2 cases\r\u001b[K")).toBe(true);
    expect((await netsim(["test", file])).error).toBe("");
  });

  it("fills the bar within a file, too", async () => {
    const file = scratch({ "a.yaml": rows(256) });
    let now = 0;
    const { error } = await netsim(["test", file], { interactive: true, clock: () => (now += 1000) });
    expect(error).toContain(`\r\u001b[K[${"=".repeat(10)}${" ".repeat(30)}] 0 of 1 files, 64 cases, 64 failed`);
  });

  it.each([
    { name: "cases", text: rows(1000) },
    {
      name: "packets",
      text: `program: { filter: tcp }\ncases: [{ capture: ${process.cwd()}/topologies/captures/mixed.pcap, expect: { verdict: passed } }, ${CAPTURES}]\n`,
    },
    {
      name: "lines of a trace",
      text: `seccomp: ${process.cwd()}/policies/web-server.json\ncases: [{ trace: calls.strace, expect: { verdict: ALLOW } }]\n`,
    },
  ])("ends between $name when the user wants", async ({ text }) => {
    const file = scratch({ "a.yaml": text, "calls.strace": "close(3) = 0\n".repeat(1000) });
    const interruption = new AbortController();
    setImmediate(() => interruption.abort());
    const { exitCode, out } = await netsim(["test", file, "--report", "json"], { interrupted: interruption.signal });
    expect(exitCode).toBe(130);
    const { passed, failed } = JSON.parse(out) as { passed: number; failed: number };
    expect(passed + failed).toBeLessThan(200);
  });

  const THREE = {
    "a.yaml": rows(3).replace("verdict: passed", "verdict: dropped"),
    "b.yaml": PORT(22, "passed"),
  };

  it("runs the cases that a pattern for file and name matches, and says where none does", async () => {
    const directory = dirname(scratch(THREE));
    const { out, exitCode } = await netsim(["test", directory, "--filter", "a.yaml > port [12]$"]);
    expect({ last: out.split("\n").at(-2), exitCode }).toEqual({ last: "2 passed", exitCode: 0 });
    const none = await netsim(["test", directory, "--filter", "nothing (here)?"]);
    expect(none).toMatchObject({ out: "", exitCode: 2 });
    expect(none.error).toContain("error[usage]: No case matches --filter 'nothing (here)?'.\n");
    expect((await netsim(["test", directory, "--filter", "("])).exitCode).toBe(2);
    const empty = await netsim(["test", dirname(scratch({ "a.yaml": "a: 1\n" }))]);
    expect(empty).toMatchObject({ exitCode: 2, error: expect.stringContaining("There is no test there.") });
  });

  it("runs every case in just one shard; one without cases passes", async () => {
    const directory = dirname(scratch(THREE));
    const shards = [];
    for (let i = 1; i <= 5; i++) {
      const { out, exitCode } = await netsim(["test", directory, "--shard", `${i}/5`, "--report", "json"]);
      const { files, passed, elsewhere } = JSON.parse(out);
      expect({ exitCode, sum: passed + elsewhere }).toEqual({ exitCode: 0, sum: 4 });
      shards.push(files.flatMap(({ cases }: { cases: { name: string }[] }) => cases.map(({ name }) => name)));
    }
    expect(shards.flat().sort()).toEqual(["a packet", "port 0", "port 1", "port 2"].sort());
    expect(shards.at(-1)).toEqual([]);
    for (const wrong of ["0/5", "6/5", "1", "a/b"])
      expect((await netsim(["test", directory, "--shard", wrong])).exitCode).toBe(2);
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
    expect(shown).toEqual(["1 passed", "0 passed, 1 failed", "0 passed, 1 file cannot be used", "1 passed"]);
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
