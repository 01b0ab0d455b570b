import { describe, expect, it } from "vitest";
import { bpf } from "./files.ts";

/*
 * Talks of 2014 and 2015 show extended BPF in the syntax of the kernel's log of that time: helpers by number, `map_fd` where the
 * loader puts a descriptor, offsets with a sign, distances and labels. Each of these counts how often it has seen the 64 bits
 * at R1 + 8, and returns how often that was before.
 */
const LISTINGS: readonly { name: string; text: string }[] = [
  {
    name: "a listing with numbers",
    text: `
 0: r1 = *(u64 *)(r1 +8)
 1: *(u64 *)(r10 -8) = r1
 2: r1 = 1
 3: *(u64 *)(r10 -16) = r1
 4: r4 = map_fd
 6: r1 = r4
 7: r2 = r10
 8: r2 += -8
 9: call 1
10: if r0 == 0x0 goto pc+4
11: r6 = *(u64 *)(r0 +0)
12: r1 = 1
13: lock *(u64 *)(r0 +0) += r1
14: goto +9
15: r6 = 0
16: r1 = map_fd
18: r2 = r10
19: r2 += -8
20: r3 = r10
21: r3 += -16
22: r4 = 0
23: call 2
24: r0 = r6
25: exit
`,
  },
  {
    name: "a verifier's log with opcodes, states and casts",
    text: `
0: R1=ctx R10=fp
0: (79) r1 = *(u64 *)(r1 +8)
1: (7b) *(u64 *)(r10 -8) = r1
2: (b7) r1 = 1
3: (7b) *(u64 *)(r10 -16) = r1
4: (18) r4 = map_fd
6: (bf) r1 = r4
7: (bf) r2 = r10
8: (07) r2 += -8
9: (85) call 1
10: (15) if r0 == 0x0 goto pc+4
 R0=map_value(ks=8,vs=8) R10=fp
11: (79) r6 = *(u64 *)(r0 +0)
12: (b4) (u32) r1 = (u32) 1
13: (db) lock *(u64 *)(r0 +0) += r1
14: (05) goto pc+9

from 10 to 15: R0=imm0 R10=fp
15: (b7) r6 = 0
16: (18) r1 = map_fd
18: (bf) r2 = r10
19: (07) r2 += -8
20: (bf) r3 = r10
21: (07) r3 += -16
22: (b7) r4 = 0
23: (85) call 2
24: (bc) (u32) r0 = (u32) r6
25: (95) exit
processed 24 insns
`,
  },
  {
    name: "labels, and the dashes of a slide",
    text: `
    r1 = *(u64 *)(r1 +8)
    *(u64 *)(r10 \u20138) = r1
    r1 = 1
    *(u64 *)(r10 \u201316) = r1
    r4 = map_fd
    r1 = r4
    r2 = r10
    r2 += \u22128
    call 1
    if r0 == 0x0 goto LBB0_2
    r6 = *(u64 *)(r0 +0)
    r1 = 1
    lock *(u64 *)(r0 +0) += r1
    goto LBB0_3
LBB0_2:
    r6 = 0
    r1 = map_fd
    r2 = r10
    r2 += -8
    r3 = r10
    r3 += -16
    r4 = 0
    call bpf_map_update_elem
LBB0_3:
    r0 = r6
    exit
`,
  },
];

describe.each(["interpreter", "jit"])("old listings on the %s", (engine) => {
  it.each(LISTINGS)("$name", async ({ text }) => {
    const map = ["--map", "map_fd=hash,key=8,value=8,entries=16"];
    expect(await bpf(["run", "-", "--engine", engine, "--repeat", "3", ...map], text)).toEqual({
      exitCode: 0,
      out: [
        "Return value: 2, duration (average): 0ns",
        "Map map_fd (hash): 1 entry",
        "  key 00 00 00 00 00 00 00 00  value 03 00 00 00 00 00 00 00",
        "",
      ].join("\n"),
      error: "",
    });
  });
});

it("old listings are one program", async () => {
  const [first, ...others] = await Promise.all(
    LISTINGS.map(async ({ text }) => (await bpf(["asm", "-", "--hex"], text)).out.match(/.{16}/g)),
  );
  expect(first).toHaveLength(26);
  // But for the lower halves that the log has.
  for (const other of others) expect(other!.filter((slot, i) => slot !== first![i]).join()).toMatch(/^(b4.*,bc.*)?$/);
});
