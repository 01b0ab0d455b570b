import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTests } from "../../src/run-tests.ts";
import { running } from "./running.ts";

const missing = "missing" in running ? ` (skipped: ${running.missing})` : "";
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "netsim-kernel-tests-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What each case came to: its name, and `ok`, or what was otherwise than expected. */
async function outcomes(paths: string[], engine: string) {
  const { files } = await runTests(paths, { engine });
  expect(files.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
  return files.flatMap(({ file, cases }) =>
    cases.map(({ name, failures, skipped }) => ({
      name: `${file} > ${name}`,
      came: failures.map(({ subject, expected, got }) => `${subject}: ${expected}, got ${got}`).join("; ") || "ok",
      skipped,
    })),
  );
}

async function expectAlike(paths: string[], { asked }: { asked: number }) {
  const simulated = await outcomes(paths, "jit");
  const real = await outcomes(paths, "kernel");
  const told = real.filter(({ skipped }) => skipped === undefined);
  expect(told.length).toBe(asked);
  const names = new Set(told.map(({ name }) => name));
  expect(told).toEqual(simulated.filter(({ name }) => names.has(name)));
}

/** Counts lengths in a hash by the packet's last byte, in an array and in a queue. */
const COUNTING = `program:
  extended: |
    r6 = r1
    r0 = *(u32 *)(r6 + 0)
    r0 += -1
    r7 = r0
    r0 = *(u8 *)skb[r7]
    *(u32 *)(r10 - 4) = r0
    *(u32 *)(r10 - 8) = 1
    r2 = r10
    r2 += -4
    r3 = r10
    r3 += -8
    r4 = 0
    r1 = map[seen] ll
    call bpf_map_update_elem#2
    r2 = r10
    r2 += -4
    r3 = 0
    r1 = map[waiting] ll
    call bpf_map_push_elem#87
    r8 = r0
    *(u32 *)(r10 - 4) = 1
    r2 = r10
    r2 += -4
    r1 = map[counts] ll
    call bpf_map_lookup_elem#1
    if r0 == 0 goto out
    r1 = *(u64 *)(r0 + 0)
    r1 += 1
    *(u64 *)(r0 + 0) = r1
    out:
    r0 = *(u32 *)(r6 + 0)
    r0 += r8
    exit
maps:
  seen: { type: hash, key: u32, value: u32, entries: 8, contents: { 200: 9 } }
  counts: { type: array, key: u32, value: u64, entries: 4, contents: { 1: 5 } }
  waiting: { type: queue, value: u32, entries: 1 }
cases:
  - name: the queue takes one, whatever case was before
    packet: "02000000000202000000000188b5 07"
    expect: { returns: 15, maps: { seen: { 7: 1, 200: 9 }, counts: { 1: 6 } } }
  - name: maps begin anew
    packet: "02000000000202000000000188b5 08"
    maps: { seen: { 9: 3 }, counts: { 1: 41 } }
    expect: { returns: 15, maps: { seen: { 7: absent, 8: 1, 9: 3 }, counts: { 1: 42 } } }
  - name: what was put there is gone, and this fails
    packet: "02000000000202000000000188b5 08"
    expect: { returns: 14, maps: { seen: { 9: 3 }, counts: { 1: 42 } } }
`;

const MARKING = `program:
  extended: |
    r2 = *(u32 *)(r1 + 8)
    r2 += 1
    *(u32 *)(r1 + 8) = r2
    *(u32 *)(r1 + 48) = 77
    r0 = *(u32 *)(r1 + 32)
    exit
hook: HOOK
cases:
  - name: priority $priority
    packet: { ipv4: {}, tcp: { dport: 80 } }
    context: { mark: 3, priority: $priority }
    expect: { returns: $priority, verdict: shot, context: { mark: 4, cb: [77] } }
    with: [{ priority: 0 }, { priority: 1 }, { priority: 2 }, { priority: 3 }, { priority: 7 }, { priority: 0xffffffff }]
`;

const CLASSIC = `program: { filter: "tcp port 80 or icmp" }
cases:
  - name: $l4
    packet: { ipv4: {}, $l4: {} }
    expect: { verdict: passed }
    with: [{ l4: tcp }, { l4: icmp }, { l4: udp }]
  - name: a capture
    capture: ${new URL("../../topologies/captures/mixed.pcap", import.meta.url).pathname}
    expect: { split: { passed: 3, dropped: 37 } }
`;

const BEHIND_LINK = `program:
  classic: |
    ldb [9]
    jeq #6, tcp
    ret #0
    tcp: ret #25
data-start: network
cases:
  - name: $l4
    packet: { ipv4: {}, $l4: {} }
    expect: { verdict: trimmed, length: 25 }
    with: [{ l4: tcp }, { l4: icmp }, { l4: udp }]
`;

describe.skipIf("missing" in running)(`policy tests in the kernel${missing}`, () => {
  it("come to the same as in the simulation, where they are examples", () =>
    expectAlike(["policies/tests"], { asked: 47 }));

  it("skip a topology with what Linux does not have, and say so", async () => {
    const told = await outcomes(["policies/tests/learning-switch.yaml"], "kernel");
    expect(told.length).toBeGreaterThan(0);
    for (const { skipped } of told) expect(skipped).toContain("which Linux does not have");
  });

  it.each([
    { what: "maps of a socket filter", text: COUNTING, asked: 3 },
    { what: "fields at an action", text: MARKING.replace("HOOK", "tc-action"), asked: 6 },
    { what: "a classic filter of whole frames", text: CLASSIC, asked: 4 },
    { what: "a classic program behind the link-layer header", text: BEHIND_LINK, asked: 3 },
  ])("come to the same: $what", async ({ text, asked }) => {
    const file = join(directory, "a.test.yaml");
    writeFileSync(file, text);
    await expectAlike([file], { asked });
  });
});
