import { describe, expect, it } from "vitest";
import { bpf } from "./files.ts";

const COUNT = new URL("../../../policies/count.o", import.meta.url).pathname;
const SEEN =
  "r1 = map[seen]\nr2 = r10\nr2 += -4\nr3 = r10\nr3 += -16\n*(u32 *)(r2 +0) = 1\n*(u64 *)(r3 +0) = 42\nr4 = 0\ncall bpf_map_update_elem\nr0 = 0\nexit";
const HASH = ["--map", "seen=hash,key=4,value=8,entries=2"];
/** 64 bytes of IPv4 over Ethernet, TCP. */
const TCP = `${"00".repeat(12)}0800${"00".repeat(9)}06${"00".repeat(40)}`;

describe("netsim bpf maps", () => {
  it("shows bytes where there are no types", async () => {
    expect(await bpf(["maps", "-", ...HASH], SEEN)).toEqual({
      exitCode: 0,
      out: "seen: hash\nkey: 01 00 00 00  value: 2a 00 00 00 00 00 00 00\nFound 1 element\n",
      error: "",
    });
  });

  it("shows keys and values by their types, after the packets that it was given", async () => {
    const { out } = await bpf(["maps", COUNT, "--packet", TCP, "--repeat", "3", "--name", "bytes_of_protocol", "-j"]);
    const elements = JSON.parse(out) as { formatted: unknown }[];
    expect(elements).toHaveLength(256);
    expect(elements[6]).toEqual({
      key: ["0x06", "0x00", "0x00", "0x00"],
      value: ["0xc0", "0x00", "0x00", "0x00", "0x00", "0x00", "0x00", "0x00"],
      formatted: { key: 6, value: 192 },
    });
  });

  it("gives all maps as one object", async () => {
    const { out } = await bpf(["maps", "-", ...HASH, "--repeat", "0", "--pretty"], SEEN);
    expect(out).toBe('{\n    "seen": []\n}\n');
  });

  it("runs programs with the helpers on packets", async () => {
    const load = "r2 = 12\nr3 = r10\nr3 += -16\nr4 = 2\ncall bpf_skb_load_bytes\n";
    const put =
      "r1 = map[seen]\nr2 = r10\nr2 += -4\n*(u32 *)(r2 +0) = 1\nr3 = r10\nr3 += -16\nr4 = 0\ncall bpf_map_update_elem\nr0 = 0\nexit";
    const program = `*(u64 *)(r10 -16) = 0\n${load}${put}`;
    for (const engine of ["interpreter", "jit"]) {
      const options = [...HASH, "--type", "sched_cls", "--packet", TCP, "--name", "seen", "--engine", engine];
      expect((await bpf(["maps", "-", ...options], program)).out).toContain("value: 08 00 00 00");
    }
  });

  it("draws a map of counts by logarithms", async () => {
    const drawn = await bpf(["maps", "-", ...HASH, "--name", "seen", "--histogram"], SEEN);
    expect(drawn.out.split("\n")).toEqual([
      "           seen",
      "     value           : count     distribution",
      `       1 -> 1        : 0        |${" ".repeat(38)}|`,
      `       2 -> 3        : 42       |${"*".repeat(37)} |`,
      "",
    ]);
    expect((await bpf(["maps", "-", ...HASH, "--histogram"], SEEN)).error).toContain("give --name");
    const wide = ["--map", "seen=hash,key=4,value=16,entries=2", "--name", "seen", "--repeat", "0", "--histogram"];
    expect((await bpf(["maps", "-", ...wide], SEEN)).error).toContain("has no counts by the logarithm");
  });

  it("says that there are no maps", async () => {
    expect((await bpf(["maps", "-"], "r0 = 0\nexit")).out).toBe("There are no maps.\n");
    expect((await bpf(["maps", "-", "-j"], "r0 = 0\nexit")).out).toBe("{}\n");
  });

  const TOPOLOGY = new URL("../../../topologies/maps.yaml", import.meta.url).pathname;
  it("shows the maps of a topology, at its end and before", async () => {
    const { exitCode, out } = await bpf(["maps", TOPOLOGY]);
    expect(exitCode).toBe(0);
    const early = await bpf(["maps", TOPOLOGY, "--at", "0s"]);
    expect(early.exitCode).toBe(0);
    expect(early.out).not.toBe(out);
    const names = (text: string) => [...text.matchAll(/^(\w+): \w+$/gm)].map(([, name]) => name);
    expect(names(out).length).toBeGreaterThan(0);
    expect(names(early.out)).toEqual(names(out));
  });

  it("shows the line of a program on standard input", async () => {
    const { error } = await bpf(["maps", "-"], "r0 = 0\nr1 = wrong\nexit");
    expect(error).toContain("r1 = wrong\n");
    expect(error).toMatch(/^ +\|? *\^/m);
  });

  it.each([
    ["seen=hash,key=0,value=8,entries=2", "key=4 where key=0"],
    ["seen=hash,key=4,value=8,entries=0", "entries=1 where entries=0"],
    ["seen=lpm_trie,key=8,value=8,entries=4", "flags=1 where flags=0"],
    ["seen=queue,key=4,value=8,entries=4", "key=0 where key=4"],
    ["seen=ringbuf,entries=100", "entries=4096 where entries=100"],
  ])("names what keeps Linux from making %s", async (map, hint) => {
    const { exitCode, error } = await bpf(["maps", "-", "--map", map], SEEN);
    expect(exitCode).toBe(2);
    expect(error).toContain(`It would take ${hint} was given.`);
  });

  it.each([
    ["a time of a program", ["--at", "1s"], 2, /a program has none/],
    ["a packet that is nothing", ["--packet", ""], 2, /--packet is given nothing/],
    ["a map that there is not", ["--name", "sen"], 2, /no map 'sen'.*\n.*Did you mean 'seen'/s],
    ["two forms at once", ["-j", "-p"], 2, /give one/],
    ["a number of times that is none", ["--repeat", "x"], 2, /whole number/],
  ] as const)("refuses %s", async (_, words, exitCode, message) => {
    const got = await bpf(["maps", "-", ...HASH, ...words], SEEN);
    expect(got.exitCode).toBe(exitCode);
    expect(got.error).toMatch(message);
  });
});
