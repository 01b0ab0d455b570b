import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareWithLab } from "../../src/compare/lab-comparison.ts";
import { openKernel } from "../../src/kernel/kernel.ts";
import { runLab } from "../../src/kernel/lab/lab.ts";
import type { LabResult } from "../../src/kernel/lab/result.ts";
import { openTopology } from "../../src/open-topology.ts";
import type { RunResult } from "../../src/run/result.ts";
import { TOKENS } from "../../src/tokens.ts";

const kernel = await openKernel();
const hasTools = spawnSync("ip", ["-V"]).status === 0;
const why = "missing" in kernel ? kernel.missing : hasTools ? undefined : "there is no ip(8)";
const missing = why === undefined ? "" : ` (skipped: ${why})`;

const EXAMPLES = readdirSync("topologies")
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => `topologies/${name}`);

/** Networks for the lab, and how many values at least it must have in common with the simulation. */
const LABS: readonly { file: string; least: number; ignored?: RegExp }[] = [
  { file: "test/kernel/lab/office.yaml", least: 50 },
  { file: "test/kernel/lab/tc.yaml", least: 45 },
  { file: "test/kernel/lab/xdp.yaml", least: 20 },
  { file: "test/kernel/lab/redirects.yaml", least: 50 },
  { file: "test/kernel/lab/attachments.yaml", least: 20 },
  { file: "test/kernel/lab/tail-calls.yaml", least: 20 },
  { file: "test/kernel/lab/processes.yaml", least: 60 },
  { file: "test/kernel/lab/helpers.yaml", least: 200 },
  // Linux says more about its addresses of IPv6.
  { file: "test/kernel/lab/helpers6.yaml", least: 500, ignored: /^interface / },
  { file: "test/kernel/lab/cgroups.yaml", least: 35 },
  // Linux reports the groups that it is in, of IPv6, which the simulation does not.
  { file: "test/kernel/lab/shape.yaml", least: 50, ignored: /^interface / },
  { file: "test/kernel/lab/steps.yaml", least: 25 },
  { file: "test/kernel/lab/offload.yaml", least: 30, ignored: /^interface / },
  // Its maps of connections hold numbers that are drawn; Linux counts no tags that devices put in.
  { file: "test/kernel/lab/segments.yaml", least: 350, ignored: /^(interface|map (bytes|firsts)) / },
  // Linux counts bytes of tunnels otherwise.
  { file: "test/kernel/lab/tunnels.yaml", least: 120, ignored: /^interface / },
  { file: "test/kernel/lab/assign.yaml", least: 40, ignored: /^interface / },
  { file: "test/kernel/lab/routes.yaml", least: 25, ignored: /^interface / },
];

async function both(file: string): Promise<{ lab: LabResult; run: RunResult }> {
  if ("missing" in kernel) throw new Error(kernel.missing);
  const { topology, container } = await openTopology(file);
  const runner = container.get(TOKENS.TopologyRunner);
  const scene = await runner.assemble(topology);
  try {
    const lab = await runLab(topology, scene, kernel, { clock: () => performance.now() });
    return { lab, run: await runner.run(topology) };
  } finally {
    scene.close();
  }
}

describe.skipIf(why !== undefined)(`netsim lab${missing}`, () => {
  it.each([...EXAMPLES, ...LABS.map(({ file }) => file)])("%s does what it expects in the kernel", async (file) => {
    const { lab } = await both(file);
    expect(lab.expectations.filter(({ passed }) => !passed)).toEqual([]);
    // What is about system calls alone is left out, by name.
    expect([...lab.expectations, ...lab.skipped]).not.toEqual([]);
    expect(lab.exitCode).toBe(0);
  });

  it.each(LABS)(
    "counts the same packets and bytes as the simulation in $file, at every interface, class and socket",
    async ({ file, least, ignored }) => {
      const { run, lab } = await both(file);
      const { compared, differences } = compareWithLab(run, lab);
      expect(differences.filter(({ what }) => ignored?.test(what) !== true)).toEqual([]);
      expect(compared).toBeGreaterThan(least);
    },
  );

  it("names what this kernel's traffic control lacks, and judges nothing that hangs on it", async () => {
    const { lab } = await both("topologies/action-chain.yaml");
    const filters = lab.skipped.filter(({ what }) => what.startsWith("filter at line"));
    // A kernel with all actions leaves nothing out.
    if (filters.length === 0) return expect(lab.expectations).toHaveLength(3);
    expect(filters[0]!.why).toMatch(/^this kernel has no act_/);
    expect(lab.expectations).toEqual([]);
  });

  it("names the steps that it cannot do, and does the others", async () => {
    const { lab } = await both("test/kernel/lab/unusual-steps.yaml");
    expect(lab.skipped.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      "qdisc of b:eth0: the lab makes no fq_codel",
      "expectation at line 23: qdisc of b:eth0 was left out",
      "step impair at 0.001 s: cables of the lab are as fast as can be and lose nothing",
    ]);
    expect(lab.expectations).toEqual([]);
    expect(lab.nodes.flatMap(({ sockets }) => sockets)).toMatchObject([{ received: 3 }]);
  });

  it("judges what no cable leads to from what it left out", async () => {
    const { lab } = await both("test/kernel/lab/islands.yaml");
    expect(lab.skipped.filter(({ what }) => what.startsWith("expectation")).map(({ why }) => why)).toEqual([
      "switch s was left out",
    ]);
    expect(lab.expectations).toMatchObject([{ passed: true }]);
  });

  it("judges maps that no program at events writes", async () => {
    const { lab } = await both("test/kernel/lab/traced-maps.yaml");
    expect(lab.skipped.filter(({ what }) => what.startsWith("expectation")).map(({ why }) => why)).toEqual([
      "a tracing program may have written the map",
      "the kernel does not tell what it is about (traced-map)",
    ]);
    expect(lab.expectations).toMatchObject([{ passed: true }]);
  });

  it.each([
    { when: "makes its first namespaces", isThen: (pid: number) => namespacesOf(pid).length > 1 },
    { when: "loads its first programs", isThen: (pid: number) => programsOf(pid).length > 0 },
  ])("leaves nothing behind when it is killed as it $when", { timeout: 60_000 }, async ({ isThen }) => {
    const words = ["--import", "tsx", "src/main.ts", "lab", "test/kernel/lab/long.yaml", "--quiet"];
    const child = spawn(process.execPath, words, { stdio: "ignore" });
    for (let round = 0; !isThen(child.pid!) && round < 10_000; round++)
      await new Promise((resolve) => setTimeout(resolve, 2));
    const [held, loaded] = [namespacesOf(child.pid!), programsOf(child.pid!)];
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const own = readlinkSync("/proc/self/ns/net");
    const made = held.filter((name) => name !== own);
    expect(made.length).toBeGreaterThan(0);
    const left = spawnSync("lsns", ["-t", "net", "-n", "-o", "NS"], { encoding: "utf8" }).stdout;
    for (const name of made) expect(left).not.toContain(/\d+/.exec(name)![0]);
    expect(loaded.map(isLoaded)).not.toContain(true);
    expect(groupsOf(made)).toEqual([]);
  });

  it("leaves nothing behind when it is killed", { timeout: 60_000 }, async () => {
    const words = ["--import", "tsx", "src/main.ts", "lab", "test/kernel/lab/long.yaml", "--quiet"];
    const child = spawn(process.execPath, words, { stdio: "ignore" });
    // Its own, and one for each node and for ends that lead nowhere.
    let held: string[] = [];
    for (let round = 0; held.length < 4 && round < 300; round++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      held = namespacesOf(child.pid!);
    }
    expect(held.length).toBeGreaterThanOrEqual(4);
    let loaded: number[] = [];
    for (let round = 0; loaded.length === 0 && round < 100; round++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      loaded = programsOf(child.pid!);
    }
    expect(loaded.map(isLoaded)).toContain(true);
    const own = readlinkSync("/proc/self/ns/net");
    const groups = groupsOf(held);
    expect(groups).toHaveLength(3);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const left = spawnSync("lsns", ["-t", "net", "-n", "-o", "NS"], { encoding: "utf8" }).stdout;
    for (const name of held) if (name !== own) expect(left).not.toContain(/\d+/.exec(name)![0]);
    expect(loaded.map(isLoaded)).not.toContain(true);
    expect(groups.filter((group) => existsSync(group))).toEqual([]);
  });
});

/** Control groups that are named after one of these network namespaces, with those inside them. */
function groupsOf(namespaces: readonly string[]): string[] {
  const at = /^cgroup2? (\S+) cgroup2 /m.exec(readFileSync("/proc/mounts", "latin1"))?.[1];
  if (at === undefined) return [];
  const own = namespaces.map((name) => `netsim-${/\d+/.exec(name)![0]}`);
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => `${parentPath}/${name}`)
    .filter((path) => own.some((name) => path.includes(name)));
}

/** Numbers of the BPF programs that a process holds open. */
function programsOf(pid: number): number[] {
  const texts = readdirSync(`/proc/${pid}/fdinfo`).map((fd) => readOrNothing(`/proc/${pid}/fdinfo/${fd}`));
  return texts.flatMap((text) => /^prog_id:\s+(\d+)$/m.exec(text)?.[1] ?? []).map(Number);
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // It has been closed just now.
    return "";
  }
}

/** The kernel still has the program of that number (BPF_PROG_GET_FD_BY_ID). */
function isLoaded(id: number): boolean {
  if ("missing" in kernel) throw new Error(kernel.missing);
  const attributes = Buffer.alloc(128);
  attributes.writeUInt32LE(id);
  const descriptor = kernel.libc.bpf(13, attributes);
  if (descriptor >= 0) kernel.libc.close(descriptor);
  return descriptor >= 0;
}

/** Network namespaces that a process holds open, as `net:[4026531840]`. */
function namespacesOf(pid: number): string[] {
  try {
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    return [...new Set(links.filter((link) => link.startsWith("net:")))];
  } catch {
    // It is opening or closing files just now.
    return [];
  }
}
