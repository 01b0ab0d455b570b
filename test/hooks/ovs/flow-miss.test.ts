import { describe, expect, it } from "vitest";
import { type Fate, fateOf, IFINDEX, program, RETURN_VALUES } from "./fate.ts";

const FLOWS = 'hooks: { flow-miss: miss }, flows: ["in_port=1,actions=output:2"]';

/** Up to the tables, whose flow the second packet finds. */
const goesUp = (outcome: string): Partial<Fate> => ({
  sent: [0, 2, 0],
  drops: {},
  lookups: { hit: 1, missed: 1 },
  upcalls: 1,
  outcomes: { miss: { runs: 1, [outcome]: 1 } },
});

/** It answers itself, for both packets. */
const NO_UPCALL = { lookups: { hit: 0, missed: 2 }, upcalls: 0, sent: [0, 0, 0], drops: {}, megaflows: [] };

const EFFECTS: Readonly<Record<number, Partial<Fate>>> = {
  0: goesUp("continued"),
  3: goesUp("continued"),
  [-1]: goesUp("continued"),
  1: {
    ...NO_UPCALL,
    drops: { OVS_RECLASSIFY_LOOP: 2 },
    // Once, and four times anew.
    lookups: { hit: 0, missed: 10 },
    outcomes: { miss: { runs: 10, reclassified: 10 } },
  },
  2: { ...NO_UPCALL, drops: { OVS_FLOW_MISS: 2 }, outcomes: { miss: { runs: 2, shot: 2 } } },
  4: { ...NO_UPCALL, outcomes: { miss: { runs: 2, stolen: 2 } } },
  7: { ...NO_UPCALL, sent: [0, 0, 2], outcomes: { miss: { runs: 2, redirected: 2 } } },
};

/** Puts a flow for all that has the packet's bytes `at` of struct ovs_flow_keys, of a length of 4. */
const put = (at: number, ifindex: number, flags = 0) => [
  "r6 = r1",
  // A mask of 224 bytes on the stack.
  "r1 = 0",
  ...Array.from({ length: 28 }, (_, i) => `*(u64 *)(r10 - ${8 * (i + 1)}) = r1`),
  "w1 = -1",
  `*(u32 *)(r10 - ${224 - at}) = r1`,
  "r1 = r6",
  "r2 = r10",
  "r2 += -224",
  `r3 = ${ifindex}`,
  `r4 = ${flags}`,
  "call 0x4f01",
];

const IN_PORT = 12;

describe("a flow-miss program", () => {
  it.each(RETURN_VALUES.map((value) => ({ value, want: EFFECTS[value] ?? goesUp("unknown") })))(
    "that returns $value, having asked for a redirection",
    async ({ value, want }) => {
      const miss = program(`r1 = ${IFINDEX.p3}`, "r2 = 0", "call bpf_redirect", `r0 = ${value}`);
      expect(await fateOf({ miss }, FLOWS, { count: 2 })).toMatchObject(want);
    },
  );

  it.each<{ name: string; miss: string[]; want: Partial<Fate> }>([
    {
      name: "installs a flow, and finds it with RECLASSIFY",
      miss: [...put(IN_PORT, IFINDEX.p3), "r0 = 1"],
      want: {
        sent: [0, 0, 2],
        lookups: { hit: 2, missed: 1 },
        upcalls: 0,
        outcomes: { miss: { runs: 1, reclassified: 1 } },
      },
    },
    {
      name: "installs a flow for the packets to come, and has the tables see this one",
      miss: [...put(IN_PORT, IFINDEX.p3), "r0 = 0"],
      want: { ports: [[7], [7]], upcalls: 1 },
    },
    {
      name: "learns that there is no port of that index (-ENODEV)",
      miss: [...put(IN_PORT, 99), "if r0 != -19 goto pc+2", "r0 = 2", "goto pc+1", "r0 = 0"],
      want: { sent: [0, 0, 0], drops: { OVS_FLOW_MISS: 2 }, megaflows: [] },
    },
    {
      name: "learns that there are no flags (-EINVAL)",
      miss: [...put(IN_PORT, IFINDEX.p3, 1), "if r0 != -22 goto pc+2", "r0 = 2", "goto pc+1", "r0 = 0"],
      want: { sent: [0, 0, 0], drops: { OVS_FLOW_MISS: 2 }, megaflows: [] },
    },
    {
      name: "reads the packet's key",
      miss: ["r6 = *(u64 *)(r1 + 144)", "r2 = *(u16 *)(r6 + 154)", "r0 = 2", "if r2 != 0x700 goto pc+1", "r0 = 4"],
      want: { sent: [0, 0, 0], drops: {}, outcomes: { miss: { runs: 2, stolen: 2 } } },
    },
  ])("$name", async ({ miss, want }) => {
    expect(await fateOf({ miss: program(...miss) }, FLOWS, { count: 2 })).toMatchObject(want);
  });

  it("may change the packet that goes up: its flow is that of the packet that came", async () => {
    const miss = program(
      "r2 = 0x900",
      "*(u16 *)(r10 - 8) = r2",
      "r2 = 36",
      "r3 = r10",
      "r3 += -8",
      "r4 = 2",
      "r5 = 0",
      "call bpf_skb_store_bytes",
      "r0 = 0",
    );
    const flows = 'hooks: { flow-miss: miss }, flows: ["udp,tp_dst=7,actions=output:2"]';
    expect(await fateOf({ miss }, flows, { count: 2 })).toMatchObject({ ports: [[9, 7], []], upcalls: 1 });
  });
});

describe("programs of several places", () => {
  it("share maps: flow-miss notes what flow-hit goes by", async () => {
    const key = ["r1 = 0", "*(u32 *)(r10 - 4) = r1"];
    const note = [...key, "r1 = 2", "*(u32 *)(r10 - 8) = r1", "r1 = map[shared] ll", "r2 = r10", "r2 += -4"];
    const miss = program(...note, "r3 = r10", "r3 += -8", "r4 = 0", "call bpf_map_update_elem", "r0 = 0");
    const look = [...key, "r1 = map[shared] ll", "r2 = r10", "r2 += -4", "call bpf_map_lookup_elem"];
    const hit = program(...look, "if r0 == 0 goto pc+1", "r0 = *(u32 *)(r0 + 0)");
    const shared = "\nmaps: { shared: { type: array, key: u32, value: u32, entries: 1 } }";
    const flows = 'hooks: { flow-miss: miss, flow-hit: { f: hit } }, flows: ["actions=bpf(f),output:2"]';
    expect(await fateOf({ miss, hit }, flows, { count: 2, more: shared })).toMatchObject({
      sent: [0, 0, 0],
      drops: { OVS_FLOW_HIT: 2 },
    });
  });
});
