import { describe, expect, it } from "vitest";
import { NetsimError, runTopology } from "../../src/index.ts";
import { scratch } from "../scratch.ts";
import { COUNTING_NETWORK } from "./counting-network.ts";

const LINE =
  "tracepoint:net:netif_receive_skb { @packets = count(); @by[args.len > 100] = count(); @sizes = hist(args.len); @name[args.name] = max(args.len) }";
const run = (expected: string) =>
  runTopology(
    scratch({ "topology.yaml": `${COUNTING_NETWORK}tracing: [${JSON.stringify(LINE)}]\nexpect:\n  - ${expected}\n` }),
  );

describe("maps of one-liners", () => {
  it("are in the result by the names and keys that are printed", async () => {
    const { tracing } = await run('{ map: "@packets", entries: 1 }');
    const maps = tracing!.maps;
    expect(maps.map(({ name }) => name)).toEqual(["@by", "@name", "@packets", "@sizes"]);
    const packets = maps[2]!.entries[0]!.value as number;
    expect(packets).toBeGreaterThan(5);
    expect(maps[2]!.entries).toEqual([{ value: packets }]);
    const by = Object.fromEntries(maps[0]!.entries.map(({ key, value }) => [key, value as number]));
    expect(by["0"]! + by["1"]!).toBe(packets);
    const sizes = Object.entries(maps[3]!.entries[0]!.value);
    expect(sizes.reduce((sum, [, count]) => sum + (count as number), 0)).toBe(packets);
    expect(sizes.map(([label]) => label)).toContain("[32, 64)");
    for (const line of tracing!.output.filter((one) => one.startsWith("@by"))) {
      const [, key, value] = /^@by\[(\d)\]: (\d+)$/.exec(line)!;
      expect(by[key!]).toBe(Number(value));
    }
  });

  const cases: { name: string; have: string; got?: string | RegExp }[] = [
    { name: "a comparison", have: '{ map: "@packets", value: "> 5" }' },
    { name: "a value under a key", have: '{ map: "@by", key: 1, value: ">= 1", entries: 2 }' },
    { name: "rows of a histogram", have: '{ map: "@sizes", value: { "[32, 64)": ">= 1" } }' },
    { name: "a key of text", have: '{ map: "@name", key: eth0, value: "> 100" }' },
    { name: "that a key is not there", have: '{ map: "@by", key: 2, absent: true }' },
    { name: "a wrong value", have: '{ map: "@by", key: 1, value: 0 }', got: /^\d+$/ },
    { name: "a key that is not there", have: '{ map: "@by", key: 2, value: 0 }', got: "absent" },
    { name: "a map that is not there", have: '{ map: "@bytes", value: 0 }', got: "no one-liner has it" },
    { name: "entries of a map that is not there", have: '{ map: "@bytes", entries: 0 }', got: "no one-liner has it" },
  ];
  it.each(cases)("are judged: $name", async ({ have, got }) => {
    const failed = (await run(have)).expectations.filter(({ passed }) => !passed).map((one) => one.got);
    expect(failed).toEqual(got === undefined ? [] : [typeof got === "string" ? got : expect.stringMatching(got)]);
  });

  it("have no records", async () => {
    await expect(run('{ map: "@packets", records: 1 }')).rejects.toThrow(NetsimError);
  });
});
