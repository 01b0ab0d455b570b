import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCapture } from "../../src/packet/capture/open-capture.ts";
import { PcapWriter } from "../../src/packet/capture/pcap-writer.ts";
import { scratch } from "../scratch.ts";

const built = existsSync("dist/main.js");
const full = existsSync("/dev/full");
const QUICKSTART = "topologies/quickstart.yaml";
/** Two hosts with more to say than a pipe holds. */
const LONG = `nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: a, to: b, flow: udp, port: 9, count: 200000, every: 1us }]
`;

/** The exit code of the command `netsim ...` at the beginning of a shell's pipeline. */
function shell(words: string, rest = "") {
  const script = `node dist/main.js ${words} ${rest}; exit "\${PIPESTATUS[0]}"`;
  return spawnSync("bash", ["-c", script], { encoding: "utf8", timeout: 20_000 });
}

const MIXED = "topologies/captures/mixed.pcap";

describe.skipIf(!built)("netsim filter as part of a pipe (needs `npm run build`)", () => {
  it("reads standard input and writes standard output, and counts on standard error", () => {
    const first = "node dist/main.js filter -r - -w - ip";
    const second = "node dist/main.js filter -r - tcp port 22";
    const { stdout, stderr } = spawnSync("bash", ["-c", `${first} < ${MIXED} | ${second}`], { encoding: "utf8" });
    const alone = spawnSync("node", ["dist/main.js", "filter", "-r", MIXED, "tcp port 22"], { encoding: "utf8" });
    expect(stderr).toMatch(/^\d+ of 40 packets\n$/);
    expect(stdout.split(" ")[0]).toBe(alone.stdout.split(" ")[0]);
  });

  it("ends quietly when nobody reads", () => {
    const file = join(scratch({ "unused.txt": "" }), "../long.pcap");
    const writer = new PcapWriter(file, { linkType: 1, precision: "microsecond" });
    for (let i = 0; i < 20_000; i++) writer.write(new Uint8Array(100), 0, 100, 100, 0, 0);
    writer.close();
    const { status, stderr } = shell(`filter -r ${file} -w -`, "| true");
    expect(status).toBe(0);
    expect(stderr).toMatch(/^\d+ of 20000 packets\n$/);
  });
});

describe.skipIf(!built)("the process (needs `npm run build`)", () => {
  it("keeps its exit code when the reader of its report goes away", () => {
    const file = scratch({ "t.yaml": `${LONG.replace("200000", "3")}expect: [{ interface: "a:eth0", sent: 0 }]` });
    expect(shell(`run ${file}`, "| true").status).toBe(1);
  });

  it("finishes its captures when the reader of its trace goes away", () => {
    const file = scratch({ "t.yaml": LONG });
    const directory = join(file, "../out");
    const { status, stderr } = shell(`run ${file} --trace --pcap ${directory}`, "| head -1");
    expect({ status, stderr }).toEqual({ status: 130, stderr: "" });
    const reader = openCapture(join(directory, "a.eth0.pcap"));
    expect(reader.next()).toBe(true);
    reader.close();
  });

  it.skipIf(!full)("says that a full disk is full (needs /dev/full)", () => {
    for (const words of [
      `run ${QUICKSTART} > /dev/full`,
      "schema > /dev/full",
      `run ${QUICKSTART} --trace /dev/full`,
    ]) {
      const { status, stderr } = shell(words);
      expect({ words, status, stderr }).toMatchObject({ status: 3, stderr: expect.stringContaining("ENOSPC") });
      expect(stderr).not.toContain("bug in netsim");
    }
    expect(shell("run nowhere.yaml 2> /dev/full").status).toBe(3);
  });

  it("can be ended while it waits for a topology that nobody writes", async () => {
    const fifo = join(scratch(), "fifo");
    spawnSync("mkfifo", [fifo]);
    const child = spawn(process.execPath, ["dist/main.js", "run", fifo], { stdio: "ignore" });
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill("SIGTERM");
    const signal = await new Promise((resolve) => child.once("exit", (_, name) => resolve(name)));
    expect(signal).toBe("SIGTERM");
  });

  it("tells what is wrong with a topology that came through a pipe", () => {
    const fifo = join(scratch(), "fifo");
    spawnSync("mkfifo", [fifo]);
    const writer = spawn("sh", ["-c", `echo 'nodes: { a: { kind: hots } }' > ${fifo}`]);
    const { status, stderr } = shell(`run ${fifo}`);
    writer.kill();
    expect({ status, stderr }).toMatchObject({ status: 3, stderr: expect.stringContaining("Did you mean") });
  });

  it("plays back a capture from standard input", () => {
    const file = scratch({
      "t.yaml": `nodes: { b: { kind: host, interfaces: { eth0: {} } } }
traffic: [{ at: "b:eth0", replay: "-", direction: in }]
expect: [{ interface: "b:eth0", received: 40 }]`,
    });
    expect(shell(`run ${file}`, "< topologies/captures/mixed.pcap").status).toBe(0);
  });

  it("ends a long run with its report when interrupted", async () => {
    const file = scratch();
    const topology = join(file, "t.yaml");
    writeFileSync(topology, LONG.replace("200000", "2000000000"));
    const trace = join(file, "trace.txt");
    const child = spawn(process.execPath, ["dist/main.js", "run", topology, "--json", "--trace", trace]);
    let out = "";
    child.stdout.on("data", (text) => {
      out += text;
    });
    // The run is on its way once it has something to tell.
    while (!existsSync(trace) || statSync(trace).size === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ stopped: "interrupted", exitCode: 130 });
  });
});
