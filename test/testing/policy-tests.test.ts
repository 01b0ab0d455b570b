import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TEST_REPORTERS } from "../../src/report/test/built-in.ts";
import { runTests } from "../../src/run-tests.ts";

const POLICIES = new URL("../../policies/tests", import.meta.url).pathname;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "netsim-policy-tests-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

function write(text: string): string {
  const file = join(directory, "a.test.yaml");
  writeFileSync(file, text);
  return file;
}

describe("policy tests", () => {
  it.each(["interpreter", "jit"])("that are examples pass on the %s", async (engine) => {
    const report = await runTests([POLICIES], { engine });
    expect(report.files.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
    expect(report).toMatchObject({ failed: 0, exitCode: 0 });
    expect(report.files.length).toBeGreaterThanOrEqual(4);
  });

  it.each([
    { what: "a class at a socket filter", expected: 'class: "1:1"', told: /chooses no class/ },
    { what: "an errno at a socket filter", expected: "errno: EPERM", told: /what seccomp gives/ },
    { what: "an action of traffic control at a socket", expected: "action: ok", told: /no part of traffic control/ },
    { what: "an unknown verdict", expected: "verdict: shot", told: /no verdict of a socket-filter/ },
    { what: "bytes left of a dropped packet", expected: "verdict: dropped, length: 4", told: /nothing is left/ },
    { what: "maps of a classic program", expected: "maps: {}", told: /have no maps/ },
  ])("refuse $what", async ({ expected, told }) => {
    const file = write(`program: { filter: tcp }\ncases: [{ packet: { tcp: {} }, expect: { ${expected} } }]\n`);
    const report = await runTests([file]);
    expect(report.exitCode).toBe(3);
    expect(report.files[0]!.diagnostics.map(({ message }) => message)).toEqual([expect.stringMatching(told)]);
  });

  it.each([
    { hook: "ovs-flow-hit", offset: 68, want: 0x22, what: "the packet's key at a flow's hit" },
    { hook: "ovs-flow-miss", offset: 107 + 1, want: 10, what: "its address at a miss" },
    { hook: "ovs-parser", offset: 68, want: 0, what: "nothing that a parser is to find out" },
    { hook: "ovs-parser", offset: 15, want: 7, what: "a parser its port" },
  ])("show programs at Open vSwitch's places $what", async ({ hook, offset, want }) => {
    const file = write(`program:
  extended: |
    r1 = *(u64 *)(r1 + 144)
    r0 = *(u8 *)(r1 + ${offset})
    exit
hook: ${hook}
cases:
  - packet: { ether: { dst: "22:00:00:00:00:01" }, ip: { src: 10.0.0.1, dst: 10.0.0.2 }, udp: { dport: 53 } }
    context: { ifindex: 7 }
    expect: { returns: ${want} }
`);
    const { files } = await runTests([file]);
    expect(files.flatMap((it) => it.diagnostics)).toEqual([]);
    const cases = files.flatMap((it) => it.cases);
    expect(cases.map(({ failures }) => failures)).toEqual([[]]);
  });

  it.each([
    { packet: '""', told: ["`packet` takes text that is not empty, not ''."] },
    { packet: "zz", told: ["'zz' is not a packet in hexadecimal."] },
    { packet: "{ vxlan: { vnid: 1 } }", told: ["The layer `vxlan` has no field `vnid`."] },
    { packet: "[{ ether: {} }, { vxlan: { vnid: 1 } }]", told: ["The layer `vxlan` has no field `vnid`."] },
  ])("say once what is wrong with a packet: $packet", async ({ packet, told }) => {
    const file = write(`program: { filter: tcp }\ncases: [{ packet: ${packet}, expect: { verdict: passed } }]\n`);
    const { files } = await runTests([file]);
    expect(files[0]!.diagnostics.map(({ message }) => message)).toEqual(told);
  });

  const ETHERTYPE = (context: string) => `extended: |
    r2 = *(u32 *)(r1 + ${context})
    r3 = *(u32 *)(r1 + ${Number(context) + 4})
    r4 = r2
    r4 += 14
    if r4 > r3 goto out
    r0 = *(u16 *)(r2 + 12)
    exit
    out:
    r0 = 1
    exit`;
  it.each([
    { hook: "xdp", data: "0", returns: 0x0081 },
    { hook: "tcx-ingress", data: "76", returns: 0x0008 },
  ])(
    "leave VLAN tags in the bytes before Linux moves them out, and not behind: $hook",
    async ({ hook, data, returns }) => {
      const file = write(
        `program:\n  ${ETHERTYPE(data)}\nhook: ${hook}\ncases: [{ packet: [{ vlan: { id: 5 } }, { ipv4: {} }, { udp: {} }], expect: { returns: ${returns} } }]\n`,
      );
      const report = await runTests([file]);
      expect([report.files[0]!.diagnostics, report.files[0]!.cases[0]!.failures]).toEqual([[], []]);
    },
  );

  it("tell what was expected, what came, and the program's path", async () => {
    const file = write(
      "program: { filter: ip }\ncases: [{ packet: { ipv6: {}, tcp: {} }, expect: { verdict: passed } }]\n",
    );
    const report = await runTests([file]);
    expect(report.exitCode).toBe(1);
    const [failed] = report.files[0]!.cases;
    expect(failed!.failures).toMatchObject([{ subject: "verdict", expected: "passed", got: "dropped" }]);
    expect(failed!.path!.map(({ text }) => text)).toEqual(["ldh [12]", "jeq #0x800 jt 2 jf 3", "ret #0"]);
    for (const { render, name } of TEST_REPORTERS) expect(render(report, { color: false }), name).toContain("dropped");
  });

  it.each([
    { hook: "xdp", program: 'extended: "r0 = 2\\nexit"', expect: "verdict: passed" },
    { hook: "cgroup-egress", program: 'extended: "r0 = 0\\nexit"', expect: "verdict: dropped, returns: 0" },
    { hook: "lwt-xmit", program: 'extended: "r0 = 1\\nexit"', expect: "verdict: invalid" },
    { hook: "xt-bpf", program: 'classic: "ldb [9]\\nret a"', expect: "verdict: matched, returns: 6" },
    { hook: "ppp-pass", program: 'classic: "ldh [2]\\nret a"', expect: "returns: 0x21" },
    { hook: "team-hash", program: 'classic: "ldh [12]\\nret a"', expect: "verdict: hashed, returns: 0x800" },
  ])("run programs at $hook, on the data that it gives them", async ({ hook, program, expect: wanted }) => {
    const file = write(
      `program: { ${program} }\nhook: ${hook}\ncases: [{ packet: { ipv4: {}, tcp: {} }, expect: { ${wanted} } }]\n`,
    );
    const report = await runTests([file]);
    expect(report.files.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
    expect(report).toMatchObject({ passed: 1, failed: 0 });
  });

  it.each(["tracepoint", "kprobe"])("refuse hooks that see no packets: %s", async (hook) => {
    const file = write(`program: { classic: "ret #0" }\nhook: ${hook}\ncases: [{ packet: {}, expect: {} }]\n`);
    expect(await runTests([file])).toMatchObject({ exitCode: 3 });
  });

  it("give direct action the filter's own class where the program chooses none", async () => {
    const file = write(
      'program: { classic: "ret #0" }\nhook: tc-filter\ndirect-action: true\nclassid: "1:20"\ncases: [{ packet: { udp: {} }, expect: { class: "1:20" } }]\n',
    );
    expect(await runTests([file])).toMatchObject({ passed: 1, failed: 0 });
  });

  it("run every case in just one shard", async () => {
    const all = await runTests([POLICIES]);
    const shards = await Promise.all([1, 2, 3].map((index) => runTests([POLICIES], { shard: { index, of: 3 } })));
    expect(shards.reduce((sum, { passed }) => sum + passed, 0)).toBe(all.passed);
  });
});
