import { describe, expect, it } from "vitest";
import { type Fate, fateOf, program, RETURN_VALUES } from "./fate.ts";

/** `OFFSET` in struct ovs_flow_keys, which r6 points to. */
const KEYS = "r6 = *(u64 *)(r1 + 144)";
const ETH_TYPE = "*(u16 *)(r6 + 80) = r2";
const user = (index: number) => `*(u32 *)(r6 + ${188 + 4 * index}) = r2`;
/** In network byte order. */
const SEVEN = "r2 = 0x7000000";
const TYPE_88B5 = "r2 = 0xb588";
const TYPE_IPV4 = "r2 = 0x0008";

const FLOWS =
  'flows: ["priority=3,dl_type=0x88b5,bpf_user0=7,actions=output:3", "priority=2,dl_type=0x0800,bpf_user0=7,actions=output:2", "priority=0,actions=drop"]';
const on = (keys: string) => `hooks: { parser: parser }, ${keys}`;

const dropped = (reason: string, outcome: string): Partial<Fate> => ({
  sent: [0, 0, 0],
  drops: { [reason]: 2 },
  lookups: { hit: 0, missed: 0 },
  upcalls: 0,
  outcomes: { parser: { runs: 2, [outcome]: 2 } },
});

/** What each return value does; what is not listed is an error. */
const EFFECTS: Readonly<Record<number, Partial<Fate>>> = {
  0: {
    sent: [0, 0, 2],
    drops: {},
    lookups: { hit: 1, missed: 1 },
    megaflows: ["recirc_id=0,eth,bpf_user0=0x7,in_port=1,dl_type=0x88b5 -> 3"],
    outcomes: { parser: { runs: 2, parsed: 2 } },
  },
  2: dropped("OVS_PARSER", "dropped"),
  129: {
    sent: [0, 2, 0],
    drops: {},
    lookups: { hit: 1, missed: 1 },
    megaflows: ["recirc_id=0,eth,ip,bpf_user0=0x7,in_port=1,nw_frag=no -> 2"],
    outcomes: { parser: { runs: 2, continued: 2 } },
  },
};

describe("a parser", () => {
  it.each(RETURN_VALUES.map((value) => ({ value, want: EFFECTS[value] ?? dropped("OVS_PARSER_ERROR", "refused") })))(
    "that returns $value, having written another type and a word of its own",
    async ({ value, want }) => {
      const parser = program(KEYS, TYPE_88B5, ETH_TYPE, SEVEN, user(0), `r0 = ${value}`);
      expect(await fateOf({ parser }, on(FLOWS), { count: 2 })).toMatchObject(want);
    },
  );

  it.each<{ name: string; parser: string[]; flows: string; want: Partial<Fate> }>([
    {
      name: "is read as 32 bits: 0x100000081 is CONTINUE",
      parser: ["r0 = 0x100000081 ll"],
      flows: 'flows: ["udp,tp_dst=7,actions=output:2"]',
      want: { sent: [0, 1, 0] },
    },
    {
      name: "finds the port and nothing of the headers in its keys",
      // The port's number in user[0]; all that follows the metadata, ORed, in user[1].
      parser: [
        KEYS,
        "r2 = *(u32 *)(r6 + 12)",
        user(0),
        "r2 = *(u32 *)(r6 + 68)",
        "r3 = *(u32 *)(r6 + 80)",
        "r2 |= r3",
        "r3 = *(u32 *)(r6 + 108)",
        "r2 |= r3",
        "r3 = *(u16 *)(r6 + 154)",
        "r2 |= r3",
        user(1),
        "r0 = 129",
      ],
      flows: 'flows: ["bpf_user0=1,bpf_user1=0,udp,actions=output:2"]',
      want: { sent: [0, 1, 0] },
    },
    {
      name: "has 32 bytes of its own, the last of them too",
      parser: [KEYS, SEVEN, user(7), "r0 = 129"],
      flows: 'flows: ["bpf_user7=7,actions=output:2"]',
      want: { sent: [0, 1, 0] },
    },
    {
      name: "finds nothing in them of the packet before",
      parser: [KEYS, "r2 = *(u32 *)(r6 + 188)", "r2 += 0x1000000", user(0), "r0 = 129"],
      flows: 'flows: ["bpf_user0=1,actions=output:2", "bpf_user0=2,actions=output:3"]',
      want: { sent: [0, 1, 0] },
    },
    {
      name: "cannot change what the datapath knows of a packet: its port",
      parser: [KEYS, "r2 = 0x3000000", "*(u32 *)(r6 + 12) = r2", TYPE_88B5, ETH_TYPE, "r0 = 0"],
      flows: 'flows: ["in_port=1,actions=output:2", "in_port=3,actions=output:3"]',
      want: { sent: [0, 1, 0] },
    },
    {
      name: "writes ports into what is not IP, which makes no sense",
      parser: [KEYS, TYPE_88B5, ETH_TYPE, "*(u16 *)(r6 + 154) = r2", "r0 = 0"],
      flows: 'flows: ["actions=output:2"]',
      want: { sent: [0, 0, 0], drops: { OVS_PARSER_ERROR: 1 }, outcomes: { parser: { runs: 1, parsed: 1 } } },
    },
    {
      name: "writes addresses in network byte order",
      parser: [KEYS, TYPE_IPV4, ETH_TYPE, "r2 = 0x0201000a", "*(u32 *)(r6 + 112) = r2", "r0 = 0"],
      flows: 'flows: ["ip,nw_dst=10.0.1.2,actions=output:2"]',
      want: { sent: [0, 1, 0] },
    },
    {
      name: "begins at the MAC header",
      parser: [
        KEYS,
        "r2 = *(u32 *)(r1 + 76)",
        "r3 = *(u32 *)(r1 + 80)",
        "r0 = 2",
        "r4 = r2",
        "r4 += 14",
        "if r4 > r3 goto pc+4",
        "r2 = *(u8 *)(r2 + 5)",
        "r0 = 129",
        "if r2 == 0x77 goto pc+1",
        "r0 = 2",
      ],
      flows: 'flows: ["actions=output:2"]',
      want: { sent: [0, 1, 0] },
    },
  ])("$name", async ({ parser, flows, want }) => {
    expect(await fateOf({ parser: program(...parser) }, on(flows))).toMatchObject(want);
  });
});
