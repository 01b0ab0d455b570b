import { describe, expect, it } from "vitest";
import { scratch } from "../scratch.ts";
import { netsim } from "./fake-terminal.ts";

const FLOWS = { "flows.txt": "priority=0,actions=NORMAL\n" };

/** Words that make no sense, and the sentence that says so. */
const CASES = [
  { words: ["compare", ""], told: "There is nothing to compare: the word is empty." },
  { words: ["compare", " "], told: "There is nothing to compare: the word is empty." },
  { words: ["ovs", "dump-flows", "--flows", "FILE", "--ports", "a,a"], told: "The name 'a' is there twice." },
  { words: ["ovs", "dump-flows", "--flows", "FILE", "--ports", "a,,b"], told: "'' is no name of an interface." },
  { words: ["ovs", "dump-flows", "--flows", "FILE", "--ports", ""], told: "'' is no name of an interface." },
  { words: ["ovs", "dump-flows", "--flows", "FILE", "--ports", "a/b"], told: "'a/b' is no name of an interface." },
  {
    words: ["run", "FILE", "--until", "9007199254740992ns"],
    told: "is more than 9007199254740991 nanoseconds. That is 2^53",
  },
  { words: ["test", "FILE", "--jobs", "0"], told: "It is a number from 1 to 256." },
  { words: ["test", "FILE", "--shard", "3/2"], told: "A shard is written as 2/5: the second of five." },
  { words: ["trace", "FILE", "--packet", "0"], told: "It is a number from 1 on." },
];

describe("words that make no sense", () => {
  it.each(CASES)("$words", async ({ words, told }) => {
    const file = scratch(FLOWS);
    const { exitCode, out, error } = await netsim(words.map((word) => (word === "FILE" ? file : word)));
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(error).toContain(told);
  });

  it("takes names of ports, with blanks around them", async () => {
    const file = scratch({ "flows.txt": "in_port=b,actions=output:a\n" });
    expect((await netsim(["ovs", "dump-flows", "--flows", file, "--ports", "a, b"])).exitCode).toBe(0);
  });
});

const HOSTS = (delay: string) => `nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"], delay: ${delay} }]
traffic: [{ from: a, to: b, flow: icmp, count: 3, every: ${delay} }]
`;

describe("simulated time", () => {
  it.each([
    { delay: "104d", until: "", exitCode: 3, told: "beyond 104 days of simulated time" },
    { delay: "104d", until: "until: 104d", exitCode: 0, told: "" },
    { delay: "10d", until: "", exitCode: 0, told: "" },
    { delay: "105d", until: "", exitCode: 3, told: "'105d' is more than 9007199254740991 nanoseconds." },
  ])("goes to 2^53 nanoseconds: $delay $until", async ({ delay, until, exitCode, told }) => {
    const outcome = await netsim(["run", scratch({ "t.yaml": `${HOSTS(delay)}${until}\n` })]);
    expect({ exitCode: outcome.exitCode, error: outcome.error }).toEqual({
      exitCode,
      error: told === "" ? "" : expect.stringContaining(told),
    });
  });
});

describe("files that are no text", () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i === 0 ? 0x6e : (i * 7919) % 251));
  it.each([["run"], ["test"], ["lint"], ["compare"], ["trace", "--packet", "1"]])("%s", async (command, ...more) => {
    const { exitCode, error } = await netsim([command, scratch({ "t.yaml": bytes }), ...more]);
    expect(exitCode).toBe(3);
    expect(error).toMatch(/t\.yaml:\d+:\d+: error\[yaml-syntax\]: The file is not UTF-8/);
    for (const line of error.split("\n")) expect(line.length).toBeLessThan(300);
  });
});
