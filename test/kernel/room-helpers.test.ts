import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { Random } from "../../src/simulation/random.ts";
import { runHere, runInKernel } from "./packet-run.ts";
import { running } from "./running.ts";

const missing = "missing" in running ? ` (${running.missing})` : "";
const ETHERNET = "00000000000002000000000a";
const REST = Array.from({ length: 60 }, (_, i) => ((i * 7) & 0xff).toString(16).padStart(2, "0")).join("");
const PACKETS: Readonly<Record<string, string>> = {
  ipv4: `${ETHERNET}08004502005800010000401100000a0000010a000002${REST}`,
  ipv6: `${ETHERNET}86dd60100000003c1140${"fd".repeat(16)}${"fe".repeat(16)}${REST}`,
  arp: `${ETHERNET}0806${REST}`,
};

type Step = readonly [helper: string, ...args: (number | bigint | "stack")[]];

const LOOK = `
  r8 *= 31
  r8 += r0
  r1 = *(u32 *)(r6 + 0)
  r8 *= 31
  r8 += r1
  r1 = *(u32 *)(r6 + 16)
  r8 *= 31
  r8 += r1
`;
const argument = (arg: number | bigint | "stack", register: number) =>
  arg === "stack"
    ? `r${register} = r10\nr${register} += -48`
    : typeof arg === "bigint"
      ? `r${register} = ${arg} ll`
      : `r${register} = ${arg}`;
const call = ([helper, ...args]: Step) =>
  `r1 = r6\n${args.map((arg, i) => argument(arg, i + 2)).join("\n")}\ncall bpf_${helper}\n${LOOK}`;

/** The first word of what lies on the stack decides whether it is a header of IPv4 or of IPv6. */
const program = (steps: readonly Step[], header: number) =>
  `r6 = r1\nr8 = 0\n${[-48, -40, -32, -24, -16, -8].map((at) => `*(u64 *)(r10 ${at}) = 0x11`).join("\n")}\n*(u8 *)(r10 - 48) = ${header}\n${steps.map(call).join("")}r0 = r8\nexit\n`;

const FLAGS = [0, 1, 2, 4, 6, 2 | 8, 2 | 16, 2 | 24, 32, 4 | 16, 128, 256, 384, 512, 2 | 64];
const ADJUST: readonly Step[] = [
  ...[0, 1, 4, 20, 40, 100, -1, -20, -40, -60, -79, -4096, 4095, 4096].flatMap((size) =>
    [0, 1, 2].map((mode): Step => ["skb_adjust_room", size, mode, 0]),
  ),
  ...FLAGS.flatMap((flags) => [8, 28, -20].map((size): Step => ["skb_adjust_room", size, 1, flags])),
  ["skb_adjust_room", 28, 1, BigInt(2 | 64) | (14n << 56n)],
  ["skb_adjust_room", 8, 1, BigInt(2 | 64) | (14n << 56n)],
];
const STEPS: readonly Step[] = [
  ...ADJUST,
  ...[0x0008, 0xdd86, 0, 0x0608].flatMap((protocol) =>
    [0, 1].map((flags): Step => ["skb_change_proto", protocol, flags]),
  ),
  ["skb_ecn_set_ce"],
  ["csum_update", 5],
  ["get_cgroup_classid"],
  ...[0, 1, 2, 3, 4].map((level): Step => ["csum_level", level]),
];
/** Without the largest, of which several give more than BPF_PROG_TEST_RUN hands back. */
const SMALL = STEPS.filter((step) => step[1] !== 4095);
const ENCAP: readonly Step[] = [0, 2, 3].flatMap((type) =>
  [19, 20, 28, 40, 48].map((length): Step => ["lwt_push_encap", type, "stack", length]),
);

function several(steps: readonly Step[], count: number): (readonly Step[])[] {
  const chance = new Random(11n, "room helpers");
  const draw = () => steps[chance.uint32() % steps.length]!;
  return Array.from({ length: count }, () => Array.from({ length: 1 + (chance.uint32() % 5) }, draw));
}

describe.skipIf("missing" in running)(`helpers on headers beside the running kernel${missing}`, () => {
  const kernel = running as Kernel;
  it.each([
    { name: "each by itself", type: "sched_cls", rows: STEPS.map((step) => [step]) },
    { name: "several in a row", type: "sched_cls", rows: several(SMALL, 60) },
    { name: "headers before packets that leave by a route", type: "lwt_xmit", rows: several(ENCAP, 20) },
  ])("give the same value and packet: $name", ({ type, rows }) => {
    const different: unknown[] = [];
    for (const [packet, hex] of Object.entries(PACKETS))
      for (const steps of rows)
        for (const header of type === "lwt_xmit" ? [0x45, 0x60] : [0x45]) {
          const { bytes } = assembleExtended(program(steps, header));
          const data = Uint8Array.from(Buffer.from(hex, "hex"));
          const want = runInKernel(kernel, type, bytes, data);
          const have = runHere(type, bytes, data);
          if (JSON.stringify(have) !== JSON.stringify(want))
            different.push({ packet, steps: steps.map((step) => step.join(" ")), have, want });
        }
    expect(different.slice(0, 5)).toEqual([]);
  });
});
