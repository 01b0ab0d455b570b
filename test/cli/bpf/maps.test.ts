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

  it.each([
    ["a map that there is not", ["--name", "sen"], 2, /no map 'sen'.*\n.*Did you mean 'seen'/s],
    ["two forms at once", ["-j", "-p"], 2, /give one/],
    ["a number of times that is none", ["--repeat", "x"], 2, /whole number/],
  ] as const)("refuses %s", async (_, words, exitCode, message) => {
    const got = await bpf(["maps", "-", ...HASH, ...words], SEEN);
    expect(got.exitCode).toBe(exitCode);
    expect(got.error).toMatch(message);
  });
});
