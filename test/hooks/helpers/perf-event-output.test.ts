import { describe, expect, it } from "vitest";
import { runTopology } from "../../../src/index.ts";
import { COUNTING_NETWORK, counting } from "../../run/counting-network.ts";
import { scratch } from "../../scratch.ts";

/** What a call gives that wants so many bytes of the packet along, with nobody who reads the records. */
const output = (helper: string, bytes: number, flags = 0) => `
      r2 = map[records] ll
      r3 = ${(BigInt(bytes) << 32n) | BigInt(flags)} ll
      r4 = r10
      r4 += -24
      *(u64 *)(r10 - 24) = 0
      r5 = 8
      call ${helper}
      r6 = r0
      r6 = -r6`;

async function run(place: string, load: string, tracing = "") {
  const network = place.startsWith("tc")
    ? COUNTING_NETWORK.replace("sockets: { dns", `${place}\n    sockets: { dns`)
    : COUNTING_NETWORK.replace("10.0.0.2/24", `10.0.0.2/24${place}`);
  const maps = "  records: { type: perf_event_array, key: u32, value: u32, entries: 2, records: false }\n";
  const text = `${network}${maps}programs:\n  counts:\n    extended: |${counting(load)}\n${tracing}`;
  const { maps: found } = await runTopology(scratch({ "topology.yaml": text }));
  const { entries } = found.find(({ name }) => name === "seen")!;
  return Object.fromEntries(entries.map(({ key, value }) => [String(key), value]));
}

const [ENOENT, E2BIG, EFAULT, EINVAL] = [2, 7, 14, 22];
const TRACING = "tracing:\n  - { program: counts, tp-btf: kfree_skb }\n";
const CASES = [
  {
    name: "a packet's bytes at a classifier",
    place: "tc: { eth0: { ingress: [{ program: counts }] } }",
    bytes: 14,
    want: [ENOENT],
  },
  {
    name: "more than any packet has",
    place: "tc: { eth0: { ingress: [{ program: counts }] } }",
    bytes: 4000,
    want: [EFAULT],
  },
  { name: "a frame's bytes at XDP", place: ", xdp: counts", bytes: 14, want: [ENOENT] },
  { name: "more than any frame has", place: ", xdp: counts", bytes: 4000, want: [EFAULT] },
  { name: "an index behind the map's", place: ", xdp: counts", bytes: 0, flags: 2, want: [E2BIG] },
];

describe("records with bytes of packets", () => {
  it.each(CASES)("$name", async ({ place, bytes, flags, want }) => {
    const found = await run(place, output("bpf_perf_event_output", bytes, flags));
    expect(Object.keys(found).map(Number)).toEqual(want);
  });

  it.each([
    { name: "of a packet at an event", helper: "bpf_skb_output", bytes: 18, want: [ENOENT] },
    { name: "of more than it has", helper: "bpf_skb_output", bytes: 4000, want: [EFAULT] },
    { name: "where there is no packet", helper: "bpf_perf_event_output", bytes: 1, want: [EINVAL] },
  ])("$name: $helper", async ({ helper, bytes, want }) => {
    const load = helper === "bpf_skb_output" ? "r1 = *(u64 *)(r1 + 0)" : "";
    const found = await run("", `${load}${output(helper, bytes)}`, TRACING);
    expect(Object.keys(found).map(Number)).toEqual(want);
  });
});
