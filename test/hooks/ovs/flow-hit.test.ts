import { describe, expect, it } from "vitest";
import { type Fate, fateOf, IFINDEX, program, RETURN_VALUES } from "./fate.ts";

const FLOW = 'hooks: { flow-hit: { f: hit } }, flows: ["in_port=1,actions=bpf(f,5,6),output:2"]';
const NEVER = { sent: [0, 0, 0], drops: {} };
/** It is looked up, goes up, is executed there, and is then what the program says. */
const ONCE = { lookups: { hit: 0, missed: 1 }, upcalls: 1 };

const goesOn = (outcome: string): Partial<Fate> => ({
  ...ONCE,
  sent: [0, 1, 0],
  drops: {},
  outcomes: { hit: { runs: 1, [outcome]: 1 } },
});

/** What each return value does; what is not listed goes on and counts as unknown. */
const EFFECTS: Readonly<Record<number, Partial<Fate>>> = {
  0: goesOn("continued"),
  3: goesOn("continued"),
  [-1]: goesOn("continued"),
  1: {
    // Its flow is found four times, and reclassifies each time.
    sent: [0, 0, 0],
    drops: { OVS_RECLASSIFY_LOOP: 1 },
    lookups: { hit: 4, missed: 1 },
    outcomes: { hit: { runs: 5, reclassified: 5 } },
  },
  2: { ...ONCE, ...NEVER, drops: { OVS_FLOW_HIT: 1 }, outcomes: { hit: { runs: 1, shot: 1 } } },
  4: { ...ONCE, ...NEVER, outcomes: { hit: { runs: 1, stolen: 1 } } },
  7: { ...ONCE, sent: [0, 0, 1], drops: {}, outcomes: { hit: { runs: 1, redirected: 1 } } },
};

describe("a flow-hit program", () => {
  it.each(RETURN_VALUES.map((value) => ({ value, want: EFFECTS[value] ?? goesOn("unknown") })))(
    "that returns $value, having asked for a redirection",
    async ({ value, want }) => {
      const hit = program(`r1 = ${IFINDEX.p3}`, "r2 = 0", "call bpf_redirect", `r0 = ${value}`);
      expect(await fateOf({ hit }, FLOW)).toMatchObject(want);
    },
  );

  it.each<{ name: string; program: string[]; keys?: string; count?: number; want: Partial<Fate> }>([
    {
      name: "is read as 32 bits: 0x100000002 is SHOT",
      program: ["r0 = 0x100000002 ll"],
      want: { ...NEVER, drops: { OVS_FLOW_HIT: 1 } },
    },
    {
      name: "finds the action's arguments in cb[0] and cb[1]",
      program: ["r0 = *(u32 *)(r1 + 48)", "r2 = *(u32 *)(r1 + 52)", "r0 += r2"],
      keys: 'flows: ["in_port=1,actions=bpf(f,0xfffffffb,7),output:2"]',
      want: { ...NEVER, drops: { OVS_FLOW_HIT: 1 } },
    },
    {
      name: "without arguments finds zeroes there",
      program: ["r0 = *(u32 *)(r1 + 48)", "r2 = *(u32 *)(r1 + 52)", "r0 += r2", "r0 += 2"],
      keys: 'flows: ["in_port=1,actions=bpf(f),output:2"]',
      want: { ...NEVER, drops: { OVS_FLOW_HIT: 1 } },
    },
    {
      name: "redirects to a port that is not there",
      program: ["r1 = 99", "r2 = 0", "call bpf_redirect"],
      want: { ...NEVER, drops: { DEV_READY: 1 } },
    },
    {
      name: "answers REDIRECT without having said where to",
      program: ["r0 = 7"],
      want: { ...NEVER, drops: { DEV_READY: 1 } },
    },
    {
      name: "redirects into a port: the packet comes in there, and its flow is looked up",
      program: [`r1 = ${IFINDEX.p3}`, "r2 = 1", "call bpf_redirect"],
      keys: 'flows: ["in_port=1,actions=bpf(f),output:2", "in_port=3,actions=output:1"]',
      want: { sent: [1, 0, 0], drops: {}, lookups: { hit: 0, missed: 2 } },
    },
    {
      name: "redirects into its own port again and again, which ends",
      program: [`r1 = ${IFINDEX.p1}`, "r2 = 1", "call bpf_redirect"],
      count: 2,
      want: { ...NEVER },
    },
    {
      name: "redirects to a neighbour, of which a datapath has none",
      program: [`r1 = ${IFINDEX.p3}`, "r2 = 0", "r3 = 0", "r4 = 0", "call bpf_redirect_neigh"],
      want: { ...NEVER, drops: { OVS_FLOW_HIT: 1 } },
    },
    {
      name: "redirects to a peer, which ports do not have",
      program: [`r1 = ${IFINDEX.p3}`, "r2 = 0", "call bpf_redirect_peer"],
      want: { ...NEVER, drops: { OVS_FLOW_HIT: 1 } },
    },
  ])("$name", async ({ program: lines, keys, count = 1, want }) => {
    const flows = keys === undefined ? FLOW : `hooks: { flow-hit: { f: hit } }, ${keys}`;
    expect(await fateOf({ hit: program(...lines) }, flows, { count })).toMatchObject(want);
  });
});

/** Writes a destination port of UDP, then answers OK. */
const writePort = (port: number) =>
  program(
    `r2 = ${((port & 255) << 8) | (port >> 8)}`,
    "*(u16 *)(r10 - 8) = r2",
    "r2 = 36",
    "r3 = r10",
    "r3 += -8",
    "r4 = 2",
    "r5 = 0",
    "call bpf_skb_store_bytes",
    "r0 = 0",
  );

describe("what a flow-hit program does to its packet", () => {
  it("goes along with the outputs behind it, and not with those before", async () => {
    const flows = 'hooks: { flow-hit: { f: hit } }, flows: ["in_port=1,actions=output:2,bpf(f),output:3"]';
    expect(await fateOf({ hit: writePort(9) }, flows, { count: 2 })).toMatchObject({
      ports: [
        [7, 7],
        [9, 9],
      ],
    });
  });

  it("is in the flow key when the packet is recirculated", async () => {
    const flows =
      'hooks: { flow-hit: { f: hit } }, flows: ["in_port=1,udp,actions=bpf(f),ct(table=1)", "table=1,udp,tp_dst=9,actions=output:3", "table=1,udp,tp_dst=7,actions=output:2"]';
    expect(await fateOf({ hit: writePort(9) }, flows, { count: 2 })).toMatchObject({ ports: [[], [9, 9]] });
  });

  it("is in the flow key, which the parser makes anew, when it answers RECLASSIFY", async () => {
    const hit = program(
      "r0 = *(u32 *)(r1 + 8)", // mark
      "if r0 != 0 goto pc+2",
      "r0 = 1",
      "*(u32 *)(r1 + 8) = r0",
      "if r0 != 1 goto pc+0",
    );
    const parser = program("r0 = 129");
    const flows =
      'hooks: { parser: parser, flow-hit: { f: hit } }, flows: ["priority=2,pkt_mark=1,actions=output:3", "priority=1,actions=bpf(f),output:2"]';
    expect(await fateOf({ hit, parser }, flows)).toMatchObject({
      sent: [0, 0, 1],
      lookups: { hit: 0, missed: 2 },
      outcomes: { hit: { runs: 1, reclassified: 1 }, parser: { runs: 2, continued: 2 } },
    });
  });

  it("ends the list of actions where the key cannot be made anew", async () => {
    const hit = program("r2 = 1", "*(u32 *)(r1 + 8) = r2", "r0 = 0");
    // It drops what has a mark.
    const parser = program("r2 = *(u32 *)(r1 + 8)", "r0 = 129", "if r2 == 0 goto pc+1", "r0 = 2");
    const flows =
      'hooks: { parser: parser, flow-hit: { f: hit } }, flows: ["udp,actions=output:2,bpf(f),set_field:5->udp_dst,output:3"]';
    expect(await fateOf({ hit, parser }, flows)).toMatchObject({ sent: [0, 1, 0], drops: { OVS_PARSER: 1 } });
  });

  it("is for the copy alone where it sends a copy", async () => {
    const hit = program(`r2 = ${IFINDEX.p3}`, "r3 = 0", "call bpf_clone_redirect", "r0 = 0");
    expect(await fateOf({ hit }, FLOW)).toMatchObject({ sent: [0, 1, 1], drops: {} });
  });

  it("leaves no redirection behind for the next program", async () => {
    const first = program(`r1 = ${IFINDEX.p3}`, "r2 = 0", "call bpf_redirect", "r0 = 0");
    const second = program("r0 = 7");
    const flows = 'hooks: { flow-hit: { f: first, g: second } }, flows: ["in_port=1,actions=bpf(f),bpf(g),output:2"]';
    expect(await fateOf({ first, second }, flows)).toMatchObject({ sent: [0, 0, 0], drops: { DEV_READY: 1 } });
  });

  it("recurses at most five levels deep", async () => {
    // Each look-up under a new recirculation id runs the program within the one before.
    const hit = program("r0 = 1");
    const flows =
      'hooks: { flow-hit: { f: hit } }, flows: ["table=0,udp,actions=ct(table=1)", "table=1,udp,actions=ct(table=2)", "table=2,udp,actions=bpf(f),output:2"]';
    const { sent, drops } = await fateOf({ hit }, flows, { count: 6 });
    expect(sent).toEqual([0, 0, 0]);
    expect(Object.keys(drops).sort()).toEqual(["OVS_DROP_RECURSION_LIMIT", "OVS_RECLASSIFY_LOOP"]);
  });
});
