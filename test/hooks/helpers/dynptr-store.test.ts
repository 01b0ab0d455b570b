import { describe, expect, it } from "vitest";
import { runTopology } from "../../../src/run-topology.ts";
import { scratch } from "../../scratch.ts";

const AT = 2000;
const INVALIDATE_HASH = 2;

/** Writes 4 bytes at an offset of the packet, by a helper on the packet or by a dynptr about it. */
const BY: Readonly<Record<"helper" | "dynptr" | "part of a dynptr", (offset: number, flags: number) => string>> = {
  helper: (offset, flags) => `
    r1 = r6
    r2 = ${offset}
    r3 = r10
    r3 += -8
    r4 = 4
    r5 = ${flags}
    call bpf_skb_store_bytes`,
  dynptr: (offset, flags) => dynptr("", offset, flags),
  "part of a dynptr": (offset, flags) =>
    dynptr("r1 = r10\nr1 += -32\nr2 = 10\nr3 = 5000\ncall kfunc bpf_dynptr_adjust\n", offset - 10, flags),
};
const dynptr = (adjust: string, offset: number, flags: number) => `
    r1 = r6
    r2 = 0
    r3 = r10
    r3 += -32
    call kfunc bpf_dynptr_from_skb
    ${adjust}
    r1 = r10
    r1 += -32
    r2 = ${offset}
    r3 = r10
    r3 += -8
    r4 = 4
    r5 = ${flags}
    call bpf_dynptr_write`;

/** A packet of many segments goes out; what the write answers, how much is linear before and behind, and whether there is a hash. */
async function written(by: keyof typeof BY, offset: number, flags: number): Promise<unknown> {
  const program = `
    r6 = r1
    r1 = *(u32 *)(r6 + 176)
    if r1 == 0 goto out
    r1 = r6
    call bpf_get_hash_recalc
    r7 = *(u32 *)(r6 + 80)
    r2 = *(u32 *)(r6 + 76)
    r7 -= r2
    r2 = 0x44434241
    *(u32 *)(r10 -8) = r2
    ${BY[by](offset, flags)}
    r8 = r0
    r2 = *(u32 *)(r6 + 80)
    r1 = *(u32 *)(r6 + 76)
    r2 -= r1
    r1 = *(u32 *)(r6 + 68)
    if r1 == 0 goto none
    r1 = 1
    none: *(u32 *)(r10 -56) = r8
    *(u32 *)(r10 -52) = r7
    *(u32 *)(r10 -48) = r2
    *(u32 *)(r10 -44) = r1
    *(u32 *)(r10 -40) = 0
    r1 = r6
    r2 = ${Math.min(offset, 4000)}
    r3 = r10
    r3 += -40
    r4 = 4
    call bpf_skb_load_bytes
    *(u32 *)(r10 -60) = 0
    r1 = map[seen]
    r2 = r10
    r2 += -60
    r3 = r10
    r3 += -56
    r4 = 1
    call bpf_map_update_elem
    out: r0 = 0
    exit`;
  const topology = `
maps: { seen: { type: hash, key: u32, value: { answer: s32, before: u32, behind: u32, hash: u32, bytes: u32 }, entries: 1 } }
programs:
  write:
    type: sched_cls
    extended: |
${program
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => `      ${line.trim()}`)
  .join("\n")}
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24, offload: { device: veth, tx: true, sg: true, tso: true } } }, tc: { eth0: { egress: [{ program: write, direct-action: true }] } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } }, sockets: { web: { kind: tcp, port: 80 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: a, to: b, flow: tcp, port: 80, bytes: 20000 }]
`;
  const { maps } = await runTopology(scratch({ "t.yaml": topology }));
  return maps.find(({ name }) => name === "seen")!.entries![0]?.value;
}

describe("bpf_dynptr_write of a packet", () => {
  it.each([
    { name: "behind the linear part", at: AT, flags: 0, want: { answer: 0, hash: 1, bytes: 0x44434241 } },
    { name: "that loses its hash", at: AT, flags: INVALIDATE_HASH, want: { answer: 0, hash: 0, bytes: 0x44434241 } },
    { name: "in the linear part", at: 30, flags: 0, want: { answer: 0, hash: 1, bytes: 0x44434241 } },
    { name: "with a flag that there is not", at: AT, flags: 64, want: { answer: -22 } },
  ])("does what bpf_skb_store_bytes does: $name", async ({ at, flags, want }) => {
    const byHelper = await written("helper", at, flags);
    expect(byHelper).toMatchObject(want);
    expect(await written("dynptr", at, flags)).toEqual(byHelper);
    expect(await written("part of a dynptr", at, flags)).toEqual(byHelper);
  });

  it("pulls what it writes to into the linear part", async () => {
    const { before, behind } = (await written("dynptr", AT, 0)) as { before: number; behind: number };
    expect(before).toBeLessThan(AT);
    expect(behind).toBe(AT + 4);
  });
});
