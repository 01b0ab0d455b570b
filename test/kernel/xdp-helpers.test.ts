import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { Random } from "../../src/simulation/random.ts";
import { runHere, runInKernel } from "./packet-run.ts";
import { running } from "./running.ts";

const missing = "missing" in running ? ` (${running.missing})` : "";
const PACKET = Uint8Array.from({ length: 90 }, (_, i) => (i * 7) & 0xff);

/** After a helper: its result, and the three addresses against one another and what lies there, mixed into R8. */
const LOOK = `
  r8 *= 31
  r8 += r0
  r1 = *(u32 *)(r6 + 0)
  r2 = *(u32 *)(r6 + 4)
  r3 = *(u32 *)(r6 + 8)
  r4 = r2
  r4 -= r1
  r8 *= 31
  r8 += r4
  r4 = r1
  r4 -= r3
  r8 *= 31
  r8 += r4
  r4 = r1
  r4 += 4
  if r4 > r2 goto pc+3
  r4 = *(u32 *)(r1 + 0)
  r8 *= 31
  r8 += r4
  r4 = r3
  r4 += 4
  if r4 > r1 goto pc+4
  r4 = *(u32 *)(r3 + 0)
  r8 *= 31
  r8 += r4
  *(u32 *)(r3 + 0) = r8
`;

const begin = "r6 = r1\nr8 = 0\n*(u64 *)(r10 - 8) = 0x44332211\n";
const end = "r0 = r8\nexit\n";

type Step = readonly [helper: string, ...args: (number | "stack")[]];

const call = ([helper, ...args]: Step) =>
  `r1 = r6\n${args.map((arg, i) => (arg === "stack" ? `r${i + 2} = r10\nr${i + 2} += -8` : `r${i + 2} = ${arg}`)).join("\n")}\ncall bpf_${helper}\n${helper === "xdp_load_bytes" ? "r1 = *(u32 *)(r10 - 8)\nr8 += r1\n" : ""}${LOOK}`;

const program = (steps: readonly Step[]) => `${begin}${steps.map(call).join("")}${end}`;

const SIZES = [-300, -217, -216, -212, -100, -16, -4, -1, 0, 1, 4, 16, 40, 75, 76, 77, 90, 200, 3430, 3431, 5000];
const STEPS: readonly Step[] = [
  ...SIZES.map((size) => ["xdp_adjust_head", size] as const),
  ...SIZES.map((size) => ["xdp_adjust_tail", size] as const),
  ...SIZES.flatMap((size) => [["xdp_adjust_meta", size] as const, ["xdp_adjust_meta", size & ~3] as const]),
  ...[0, 40, 86, 87, 90, 0xffff, 0x10000, -1].flatMap((offset) => [
    ["xdp_load_bytes", offset, "stack", 4] as const,
    ["xdp_store_bytes", offset, "stack", 4] as const,
  ]),
  ["xdp_get_buff_len"],
];

const single = STEPS.map((step) => ({ name: step.join(" "), text: program([step]) }));

/** Several in a row, drawn from those above. */
function several(count: number): { name: string; text: string }[] {
  const chance = new Random(7n, "xdp helpers");
  return Array.from({ length: count }, (_, i) => {
    const steps = Array.from({ length: 1 + (chance.uint32() % 6) }, () => STEPS[chance.uint32() % STEPS.length]!);
    return { name: `${i}: ${steps.map((step) => step.join(" ")).join("; ")}`, text: program(steps) };
  });
}

const OTHERS = [
  { name: "redirect", text: "r1 = 1\nr2 = 0\ncall bpf_redirect\nexit" },
  { name: "redirect with flags", text: "r1 = 1\nr2 = 1\ncall bpf_redirect\nexit" },
  { name: "the queue and the device", text: "r0 = *(u32 *)(r1 + 16)\nr2 = *(u32 *)(r1 + 12)\nr0 *= 7\nr0 += r2\nexit" },
];

describe.skipIf("missing" in running)(`helpers on XDP frames beside the running kernel${missing}`, () => {
  const kernel = running as Kernel;
  it.each([
    ["each by itself", single],
    ["several in a row", several(150)],
    ["others", OTHERS],
  ])("give the same value, frame and metadata: %s", (_, cases) => {
    const different: unknown[] = [];
    for (const { name, text } of cases) {
      const { bytes } = assembleExtended(text);
      const want = runInKernel(kernel, "xdp", bytes, PACKET);
      const have = runHere("xdp", bytes, PACKET);
      if (JSON.stringify(have) !== JSON.stringify(want)) different.push({ name, have, want });
    }
    expect(different).toEqual([]);
  });
});
