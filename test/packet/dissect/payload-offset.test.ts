import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { payloadOffset } from "../../../src/packet/dissect/payload-offset.ts";

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));

/** What a socket on Linux sees of an Ethernet frame: a VLAN tag at its front is taken out (skb_vlan_untag). */
function offsetOf(frame: Uint8Array): number {
  let seen = frame;
  const type = (at: number) => (seen[at]! << 8) | seen[at + 1]!;
  if ((type(12) === 0x8100 || type(12) === 0x88a8) && frame.length >= 20)
    seen = Uint8Array.from([...frame.subarray(0, 12), ...frame.subarray(16)]);
  return payloadOffset(seen, 14, seen.length, type(12), 0);
}

const MACS = "000000000000 000000000000";
const ipv4 = (protocol: string, fragment = "0000", ihl = "5") =>
  `4${ihl}00 0054 0001 ${fragment} 40 ${protocol} 0000 c0000201 c0000202`;
const ipv6 = (next: string) => `60000000 0040 ${next} 40 ${"20010db8".padEnd(32, "0")} ${"20010db8".padEnd(31, "0")}1`;
const tcp = (offset: string) => `0001 0016 00000000 00000000 ${offset}002 0000 0000 0000`;
const REST = "00".repeat(80);

const CASES = [
  { name: "TCP without options", have: `0800 ${ipv4("06")} ${tcp("5")}`, want: 54 },
  { name: "TCP with options", have: `0800 ${ipv4("06")} ${tcp("8")}`, want: 66 },
  { name: "TCP with a data offset below 5", have: `0800 ${ipv4("06")} ${tcp("1")}`, want: 54 },
  { name: "UDP", have: `0800 ${ipv4("11")}`, want: 42 },
  { name: "UDP-Lite", have: `0800 ${ipv4("88")}`, want: 42 },
  { name: "ICMP", have: `0800 ${ipv4("01")}`, want: 42 },
  { name: "IGMP", have: `0800 ${ipv4("02")}`, want: 42 },
  { name: "SCTP", have: `0800 ${ipv4("84")}`, want: 46 },
  { name: "DCCP", have: `0800 ${ipv4("21")}`, want: 46 },
  { name: "ESP", have: `0800 ${ipv4("32")}`, want: 34 },
  { name: "IPv4 options", have: `0800 ${ipv4("11", "0000", "7")}`, want: 50 },
  { name: "IPv4 header length below 5", have: `0800 ${ipv4("11", "0000", "4")}`, want: 0 },
  { name: "first fragment", have: `0800 ${ipv4("11", "2000")}`, want: 42 },
  { name: "later fragment", have: `0800 ${ipv4("11", "2001")}`, want: 34 },
  { name: "ICMPv6", have: `86dd ${ipv6("3a")}`, want: 62 },
  { name: "IPv6 hop-by-hop", have: `86dd ${ipv6("00")} 1101 ${"00".repeat(14)}`, want: 78 },
  { name: "IPv6 first fragment", have: `86dd ${ipv6("2c")} 1100 0001 00000000`, want: 70 },
  { name: "IPv6 later fragment", have: `86dd ${ipv6("2c")} 1100 0008 00000000`, want: 62 },
  { name: "IPv6 fragment header before an extension", have: `86dd ${ipv6("2c")} 3c00 0001 00000000`, want: 62 },
  { name: "IPv6 next header 59", have: `86dd ${ipv6("3b")}`, want: 54 },
  { name: "IPv4 with an IPv6 extension's number", have: `0800 ${ipv4("00")}`, want: 34 },
  { name: "IPv4 in IPv4", have: `0800 ${ipv4("04")} ${ipv4("11")}`, want: 62 },
  { name: "IPv6 in IPv4", have: `0800 ${ipv4("29")} ${ipv6("11")}`, want: 82 },
  { name: "GRE with key", have: `0800 ${ipv4("2f")} 2000 0800 00000007 ${ipv4("11")}`, want: 70 },
  { name: "GRE of an Ethernet frame", have: `0800 ${ipv4("2f")} 0000 6558 ${MACS} 0800 ${ipv4("11")}`, want: 80 },
  { name: "GRE with routing", have: `0800 ${ipv4("2f")} 4000 0800`, want: 34 },
  { name: "GRE of what is not known", have: `0800 ${ipv4("2f")} 0000 1234`, want: 0 },
  { name: "PPTP", have: `0800 ${ipv4("2f")} 3001 880b 00000000 00000000 ff030021 ${ipv4("11")}`, want: 78 },
  { name: "MPLS", have: "8847 00064140", want: 18 },
  { name: "PPPoE", have: `8864 1100 0000 0000 0021 ${ipv4("11")}`, want: 50 },
  { name: "PPPoE, compressed protocol", have: `8864 1100 0000 0000 21 ${ipv4("11")}`, want: 0 },
  { name: "ARP", have: "0806 0001 0800 0604 0001", want: 14 },
  { name: "VLAN tag that was taken out", have: `8100 0064 0800 ${ipv4("11")}`, want: 42 },
  { name: "second VLAN tag", have: `88a8 0064 8100 0065 0800 ${ipv4("11")}`, want: 46 },
  { name: "HSR", have: `892f 0000 0000 0800 ${ipv4("11")}`, want: 48 },
  { name: "what is not known", have: "88b5", want: 0 },
].map(({ name, have, want }) => ({ name, have: bytesOf(`${MACS} ${have} ${REST}`), want }));

describe("payloadOffset", () => {
  it.each(CASES)("$name: $want", ({ have, want }) => expect(offsetOf(have)).toBe(want));

  it("counts from the data, also where the network header lies before it", () => {
    const packet = bytesOf(`${ipv4("11")} ${REST}`);
    expect(payloadOffset(packet, 0, packet.length, 0x0800, 20)).toBe(8);
  });

  it("gives the length where the headers are longer than the packet", () => {
    const packet = bytesOf(`${ipv4("11", "2001", "f")}`);
    expect(payloadOffset(packet, 0, packet.length, 0x0800, 0)).toBe(20);
  });

  it("stops after 15 headers", () => {
    const packet = bytesOf(`${ipv4("04").repeat(20)} ${REST}`);
    expect(payloadOffset(packet, 0, packet.length, 0x0800, 0)).toBe(16 * 20);
  });

  it("depends on no byte outside the packet", () => {
    fc.assert(
      fc.property(frames, fc.nat(200), fc.integer({ min: 0, max: 255 }), (frame, cut, fill) => {
        const end = Math.max(14, frame.length - cut);
        const changed = frame.slice().fill(fill, end);
        const type = (frame[12]! << 8) | frame[13]!;
        const have = payloadOffset(frame, 14, end, type, 0);
        expect(Number.isInteger(have)).toBe(true);
        expect(payloadOffset(changed, 14, end, type, 0)).toBe(have);
      }),
    );
  });

  const missing = whyNoKernel();
  it.skipIf(missing)(`gives what Linux gives${missing ? ` (skipped: ${missing})` : ""}`, () => {
    const random = fc.sample(frames, { numRuns: 5000, seed: 7 }).filter(({ length }) => length >= 60);
    const sample = [...CASES.map(({ have }) => have), ...random];
    const script = fileURLToPath(new URL("payload-offset-of-linux.py", import.meta.url));
    const input = sample.map((frame) => Buffer.from(frame).toString("hex")).join("\n");
    const output = execFileSync("unshare", ["-n", "python3", script], { input, encoding: "utf8" });
    const want = output.trim().split("\n").map(Number);
    const wrong = sample
      .map((frame, i) => ({ frame: Buffer.from(frame).toString("hex"), have: offsetOf(frame), want: want[i] }))
      .filter(({ have, want }) => have !== want);
    expect(wrong).toEqual([]);
  });
});

function whyNoKernel(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  const trial = spawnSync("unshare", ["-n", "python3", "-c", ""]);
  return trial.status === 0 ? undefined : "needs unshare and python3";
}

/** Frames made of headers that mostly fit together, cut anywhere. */
const frames = (() => {
  const hex = (bytes: number) =>
    fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString("hex"));
  const of = (...values: string[]) => fc.constantFrom(...values);
  const protocol = of(
    "00",
    "01",
    "02",
    "04",
    "06",
    "11",
    "21",
    "29",
    "2b",
    "2c",
    "2f",
    "32",
    "33",
    "3a",
    "3b",
    "3c",
    "84",
    "88",
    "89",
    "ff",
  );
  const type = of(
    "0800",
    "0806",
    "86dd",
    "8100",
    "88a8",
    "8847",
    "8848",
    "8864",
    "88ca",
    "8906",
    "8035",
    "892f",
    "88fb",
    "88f7",
    "8902",
    "4305",
    "6558",
    "88b5",
  );
  const fragment = fc.oneof({ weight: 4, arbitrary: of("0000", "4000") }, of("2000", "2001", "0008", "8000"));
  const join = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((list) => list.join(""));
  const header = fc.oneof(
    join(of("45", "45", "46", "4f", "44", "65"), of("00"), hex(2), hex(2), fragment, of("40"), protocol, hex(10)),
    join(of("6"), of("0000000"), hex(2), protocol, of("40"), hex(32)),
    join(protocol, of("00", "01", "02"), fragment, hex(4)),
    join(
      of("0000", "2000", "b000", "3001", "3081", "4000", "0002", "1000", "8000"),
      fc.oneof(type, of("880b")),
      of("", "00000000"),
    ),
    join(hex(12), type),
    join(of("ff03"), of("0021", "0057", "0281")),
    join(of("1100", "1101", "2100"), hex(4), of("0021", "0057", "0281", "0283", "2145", "c021", "0100", "5760")),
    join(hex(2), type),
    join(of("40", "41"), of("0f", "0e"), hex(20), type),
    join(hex(4), type),
    hex(12),
  );
  const body = fc.array(header, { minLength: 1, maxLength: 6 }).map((list) => list.join(""));
  return fc
    .record({
      type: fc.oneof({ weight: 2, arbitrary: of("0800", "86dd") }, type),
      body,
      tail: hex(90),
      cut: fc.nat(90),
    })
    .map(({ type, body, tail, cut }) => bytesOf(`${MACS}${type}${body}${tail.slice(2 * cut)}`));
})();
