import { describe, expect, it } from "vitest";
import { NetsimError, runTopology } from "../../src/index.ts";
import type { RunResult } from "../../src/run/result.ts";
import { scratch } from "../scratch.ts";

/** Programs that look at each of five frames of 60 bytes, 1 ms apart from 1 ms on, at XDP. */
function topology(maps: string, program: string, more = ""): string {
  return `name: records
maps:
${maps}
programs:
  look:
    type: xdp
    extended: |
      ${program.trim().split(/\n\s*/).join("\n      ")}
nodes:
  a: { kind: host, interfaces: { eth0: {} } }
  b: { kind: host, interfaces: { eth0: { xdp: look } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic:
  - { at: "a:eth0", ether: { type: 0x88b5 }, payload: { hex: "${"00".repeat(46)}" }, count: 5, every: 1ms, start: 1ms }
${more}`;
}

/** Writes the frame's number, from 1, and 0x0a as a record. @param flags of the call. */
const numbered = (write: string) => `
  r6 = r1
  *(u32 *)(r10 -8) = 0
  r1 = map[counts]
  r2 = r10
  r2 += -8
  call bpf_map_lookup_elem
  if r0 == 0 goto done
  r7 = *(u32 *)(r0 +0)
  r7 += 1
  *(u32 *)(r0 +0) = r7
  *(u32 *)(r10 -16) = r7
  *(u32 *)(r10 -12) = 10
  ${write}
  done: r0 = 2
  exit`;
const COUNTS = "  counts: { type: array, key: u32, value: u32, entries: 1 }";
const toRing = (flags = 0) =>
  numbered(`
  r1 = map[events]
  r2 = r10
  r2 += -16
  r3 = 8
  r4 = ${flags}
  call bpf_ringbuf_output`);
const toEvents = (flags: string) =>
  numbered(`
  r1 = r6
  r2 = map[events]
  r3 = ${flags} ll
  r4 = r10
  r4 += -16
  r5 = 8
  call bpf_perf_event_output`);

async function run(maps: string, program: string, more = "", engine = "interpreter"): Promise<RunResult> {
  return runTopology(scratch({ "topology.yaml": topology(`${COUNTS}\n${maps}`, program, more) }), { engine });
}
const recordsOf = ({ maps }: RunResult) => maps.find(({ name }) => name === "events")!.records;
const MS = 1_000_000;

describe.each(["interpreter", "jit"])("records of maps with %s", (engine) => {
  it("are read as their layout says, when the program writes them", async () => {
    const events = "  events: { type: ringbuf, entries: 4096, records: { as: { number: u16, rest: u32 } } }";
    const records = recordsOf(await run(events, toRing(), "", engine));
    expect(records).toEqual({
      count: 5,
      lost: 0,
      first: [1, 2, 3, 4, 5].map((number) => ({ time: number * MS, value: { number, rest: 10 } })),
    });
  });

  it("are bytes where no layout is given, or they are shorter", async () => {
    for (const how of ["", ", records: { as: { a: u64, b: u64 } }"]) {
      const records = recordsOf(await run(`  events: { type: ringbuf, entries: 4096${how} }`, toRing(), "", engine));
      expect(records?.first[0]?.value).toBe("010000000a000000");
    }
  });

  it("have what the layout does not describe beside it", async () => {
    const events = "  events: { type: ringbuf, entries: 4096, records: { as: u32 } }";
    expect(recordsOf(await run(events, toRing(), "", engine))?.first[1]).toEqual({
      time: 2 * MS,
      value: 2,
      rest: "0a000000",
    });
  });

  it("wait where the program wakes nobody", async () => {
    const events = "  events: { type: ringbuf, entries: 4096, records: { as: u32 } }";
    const records = recordsOf(await run(events, toRing(1), "", engine));
    expect(records?.first.map(({ time }) => time)).toEqual(Array(5).fill(5 * MS));
  });

  it("fill the ring where nobody reads", async () => {
    const result = await run("  events: { type: ringbuf, entries: 4096, records: false }", toRing(), "", engine);
    expect(recordsOf(result)).toBeUndefined();
  });

  it("of perf events come with their processor and the packet's bytes", async () => {
    const events = "  events: { type: perf_event_array, entries: 1, records: { as: { number: u32, ten: u32 } } }";
    const records = recordsOf(await run(events, toEvents("0xeffffffff"), "", engine));
    expect(records).toMatchObject({ count: 5, lost: 0 });
    expect(records?.first[0]).toEqual({
      time: MS,
      cpu: 0,
      value: { number: 1, ten: 10 },
      rest: expect.stringMatching(/^[0-9a-f]{24}88b5$/) as string,
    });
  });

  it("of perf events are lost where the reader is too slow, which it is told with the next one", async () => {
    const events = "  events: { type: perf_event_array, entries: 1, records: { as: u32, every: 20ms, buffer: 4096 } }";
    const more =
      '  - { at: "a:eth0", ether: { type: 0x88b5 }, payload: { hex: "00" }, count: 300, every: 50us, start: 10ms }';
    const records = recordsOf(await run(events, toEvents("0xffffffff"), more, engine));
    // 24 bytes each: 170 in a page. 5 and 200 come in 20 ms, the others before the run ends.
    expect(records).toMatchObject({ count: 170 + 100, lost: 35 });
    expect(records?.first[170]).toMatchObject({ time: 25 * MS - 50_000, lost: 35 });
  });

  it("of user ring buffers are what the program drains", async () => {
    const { expectations } = await runTopology("topologies/records.yaml", { engine });
    expect(expectations.filter(({ passed }) => !passed)).toEqual([]);
  });
});

describe("what is expected of records", () => {
  const EVENTS = "  events: { type: ringbuf, entries: 4096, records: { as: { number: u32, ten: u32 } } }";
  const cases: { name: string; have: string; got?: string }[] = [
    { name: "their number", have: "records: 5" },
    { name: "a wrong number", have: "records: 4", got: "5" },
    { name: "fields of one", have: "record: 1, value: { number: 2 }" },
    { name: "a comparison", have: 'record: 4, value: { number: ">= 5", ten: 0xa }' },
    { name: "another value", have: "record: 0, value: { number: 2 }", got: '{"number":1,"ten":10}' },
    { name: "a field that there is not", have: "record: 0, value: { size: 2 }", got: '{"number":1,"ten":10}' },
    { name: "a record that there is not", have: "record: 5, value: { number: 6 }", got: "there are 5" },
  ];
  it.each(cases)("$name", async ({ have, got }) => {
    const { expectations } = await run(EVENTS, toRing(), `expect: [{ map: events, ${have} }]`);
    expect(expectations.map(({ passed, got: was }) => (passed ? undefined : was))).toEqual([got]);
  });
});

describe("what topologies cannot say of records", () => {
  const ring = "  events: { type: ringbuf, entries: 4096 }";
  const cases: { name: string; maps: string; more?: string; want: string }[] = [
    {
      name: "a type without an object",
      maps: "  events: { type: ringbuf, entries: 4096, records: { as: event } }",
      want: "No object with types uses map 'events', so that there is no 'event'.",
    },
    {
      name: "records of a hash",
      maps: `${ring}\n  other: { type: hash, key: u32, value: u32, entries: 4, records: false }`,
      want: "Maps of type hash have no records.",
    },
    {
      name: "a buffer that is no power of two",
      maps: `${ring}\n  other: { type: perf_event_array, entries: 4, records: { buffer: 5000 } }`,
      want: "5000 is no size of a buffer of events.",
    },
    {
      name: "records of an array in expect",
      maps: ring,
      more: "expect: [{ map: counts, records: 1 }, { map: counts, record: 1, value: 1 }]",
      want: "Map 'counts', of type array, has no records that are read.",
    },
    {
      name: "a record without a value",
      maps: ring,
      more: "expect: [{ map: events, record: 1 }]",
      want: "A record of a map needs `value`.",
    },
    {
      name: "records of a user ring buffer that are no bytes",
      maps: `${ring}\n  other: { type: user_ringbuf, entries: 4096, contents: [{ value: { port: 1 } }] }`,
      want: "These are not bytes in hexadecimal.",
    },
    {
      name: "more than a user ring buffer holds",
      maps: `${ring}\n  other: { type: user_ringbuf, entries: 4096, contents: [{ value: "${"00".repeat(4096)}" }] }`,
      want: "Linux refuses a record of map 'other' with E2BIG.",
    },
  ];
  it.each(cases)("$name", async ({ maps, more, want }) => {
    const error = await run(maps, toRing(), more).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(NetsimError);
    expect((error as NetsimError).diagnostics.map(({ message }) => message)).toContain(want);
  });
});
