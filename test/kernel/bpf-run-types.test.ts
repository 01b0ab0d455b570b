import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TEST_CONTEXTS } from "../../src/bpf/test-run/context.ts";
import { TEST_TYPES } from "../../src/cli/bpf/test-types.ts";
import { bpf } from "../cli/bpf/files.ts";
import { running } from "./running.ts";

const missing = "missing" in running ? ` (skipped: ${running.missing})` : "";

const DATAGRAM = "000000000000020000000001080045000020000000004011f968c0a80001c0a8000200350035000c0000deadbeef";
const MIX = "r7 *= 31\nr7 += r1";
const read = (offset: number, size = 32) => `r1 = *(u${size} *)(r6 +${offset})\n${MIX}`;
const write = (offset: number, value: number) => `r1 = ${value}\n*(u32 *)(r6 +${offset}) = r1`;
const SK_BUFF = {
  give: ["mark: 7", "priority: 3, ifindex: 1", "cb: [1, 2, 3, 4, 5]", "mark: 0x10, wire_len: 1000, gso_size: 100"],
};
const READS = [read(0), read(4), read(8), read(16), read(32), read(40), read(48), read(64)];
const WRITES = [write(48, 9), write(64, 0x7fff_0001)];

interface Kind {
  readonly type: string;
  readonly steps: readonly string[];
  /** What it returns at most. */
  readonly most?: number;
  readonly give: readonly string[];
  readonly packet?: false;
}

const KINDS: readonly Kind[] = [
  { type: "socket_filter", ...SK_BUFF, steps: [...READS, ...WRITES, "r0 = *(u16 *)skb[12]\nr1 = r0\nr7 += r1"] },
  { type: "sched_cls", ...SK_BUFF, steps: [...READS, ...WRITES, write(8, 5), read(160)] },
  { type: "sched_act", ...SK_BUFF, steps: [...READS, ...WRITES, write(8, 5), read(160)] },
  { type: "cgroup_skb", ...SK_BUFF, most: 1, steps: [...READS, ...WRITES, write(8, 5)] },
  { type: "lwt_in", ...SK_BUFF, steps: [...READS, ...WRITES, write(8, 5)] },
  { type: "lwt_out", ...SK_BUFF, steps: [...READS, ...WRITES, write(8, 5)] },
  { type: "lwt_xmit", ...SK_BUFF, steps: [...READS, ...WRITES, write(8, 5)] },
  {
    type: "xdp",
    give: [
      "data_end: 46",
      "data: 4, data_end: 46",
      "{data: 8, data_end: 40, ingress_ifindex: 1}",
      "data: 3, data_end: 46",
    ],
    steps: [
      read(12),
      read(16),
      "r2 = *(u32 *)(r6 +0)\nr3 = *(u32 *)(r6 +4)\nr4 = r2\nr4 += 14\nif r4 > r3 goto +2\nr1 = *(u16 *)(r2 +12)\nr7 += r1",
    ],
  },
  {
    type: "flow_dissector",
    give: ["flags: 1", "flags: 2", "flags: 99"],
    steps: ["r2 = *(u64 *)(r6 +144)\nr1 = *(u32 *)(r2 +48)\nr7 += r1\n*(u16 *)(r2 +4) = r7"],
  },
  {
    type: "sk_lookup",
    packet: false,
    most: 1,
    give: [
      "family: 2, protocol: 6, local_ip4: 10.0.0.1, local_port: 80, remote_ip4: 10.0.0.2, remote_port: 4000",
      "family: 10, protocol: 17, local_ip6: 'fd00::1', remote_ip6: 'fd00::2', local_port: 53",
      "family: 3",
      "family: 2, local_port: 70000",
    ],
    steps: [read(8), read(12), read(16), read(36, 16), read(40), read(44), read(60)],
  },
  {
    type: "netfilter",
    most: 1,
    give: ["hook: 3, pf: 2", "hook: 1, pf: 2", "hook: 0, pf: 10", "pf: 7"],
    steps: ["r7 += 1"],
  },
  {
    type: "raw_tracepoint",
    packet: false,
    give: ["[1, 2]", "args: [0xffffffffffffffff, 5, 7]", "0100000000000000 0200000000000000"],
    steps: [read(0, 64), read(8, 64)],
  },
  {
    type: "syscall",
    packet: false,
    give: ["0102030405060708 090a0b0c0d0e0f10"],
    steps: [read(0), read(8), write(4, 77)],
  },
];

const programOf = ({ steps, most }: Kind) =>
  fc
    .array(fc.constantFrom(...steps), { maxLength: 6 })
    .map(
      (chosen) => `r6 = r1\nr7 = 1\n${chosen.join("\n")}\nr0 = r7\n${most === undefined ? "" : `r0 &= ${most}\n`}exit`,
    );

describe("netsim bpf run", () => {
  it("takes the types that BPF_PROG_TEST_RUN runs", () => {
    expect([...TEST_TYPES].sort()).toEqual(Object.keys(TEST_CONTEXTS).sort());
    expect(KINDS.map(({ type }) => type).sort()).toEqual([...TEST_TYPES].sort());
  });
});

describe.skipIf("missing" in running)(`netsim bpf run of each type beside the running kernel${missing}`, () => {
  const run = async (engine: string, words: readonly string[], program: string) => {
    const { out, error, exitCode } = await bpf(["run", "-", "--engine", engine, "--json", ...words], program);
    // Which errno, not in which words.
    if (exitCode !== 0) return { exitCode, errno: /gives (E\w+)/.exec(error)?.[1] ?? error };
    const { maps: _, ...rest } = JSON.parse(out);
    return { ...rest, nanoseconds: 0 };
  };

  it.each(KINDS.map((kind) => [kind.type, kind] as const))(
    "%s: value, data, context, error numbers",
    async (type, kind) => {
      let ran = 0;
      const given = fc.option(fc.constantFrom(...kind.give), { nil: undefined, freq: 6 });
      await fc.assert(
        fc.asyncProperty(programOf(kind), given, async (program, context) => {
          fc.pre(context !== undefined || kind.packet !== false);
          const words = ["--type", type, ...(kind.packet === false ? [] : ["--packet", DATAGRAM])];
          if (context !== undefined) words.push("--context", context);
          const want = await run("kernel", words, program);
          if ("returnValue" in want) ran++;
          expect(await run("interpreter", words, program)).toEqual(want);
        }),
        { numRuns: 40, seed: 8 },
      );
      expect(ran).toBeGreaterThan(8);
    },
  );
});
