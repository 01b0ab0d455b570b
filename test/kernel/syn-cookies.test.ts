import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { Random } from "../../src/simulation/random.ts";
import { runHere, runInKernel } from "./packet-run.ts";
import { running } from "./running.ts";

const missing = "missing" in running ? ` (${running.missing})` : "";
const HEADER = { ipv4: 20, ipv6: 40 } as const;
const ADDRESS_AT = { ipv4: 12, ipv6: 8 } as const;
const LOADS = { xdp: "xdp_load_bytes", sched_cls: "skb_load_bytes" } as const;

/** What is done to the ACK before it is checked, by the address of the TCP header, R7, and of the IP header, R8. */
const CHANGES: Readonly<Record<string, string>> = {
  nothing: "",
  "the source port": "r1 = *(u8 *)(r7 + 1)\nr1 ^= 1\n*(u8 *)(r7 + 1) = r1",
  "the destination port": "r1 = *(u8 *)(r7 + 2)\nr1 ^= 128\n*(u8 *)(r7 + 2) = r1",
  "the sequence number": "r1 = *(u8 *)(r7 + 5)\nr1 += 1\n*(u8 *)(r7 + 5) = r1",
  "the minute, onward": "r1 = *(u8 *)(r7 + 8)\nr1 += 1\n*(u8 *)(r7 + 8) = r1",
  "the minute, back": "r1 = *(u8 *)(r7 + 8)\nr1 += -1\n*(u8 *)(r7 + 8) = r1",
  "the hash": "r1 = *(u8 *)(r7 + 10)\nr1 ^= 1\n*(u8 *)(r7 + 10) = r1",
  "an address": "r1 = *(u8 *)(r8 + ADDRESS)\nr1 ^= 1\n*(u8 *)(r8 + ADDRESS) = r1",
};

/** Makes a cookie for the SYN that is the packet, and checks it in the ACK: the size of segments, and the checked's errno. */
function program(type: keyof typeof LOADS, version: keyof typeof HEADER, given: number, change: string): string {
  const load = (offset: number, stack: number, bytes: number) =>
    `r1 = r6\nr2 = ${offset}\nr3 = r10\nr3 += ${stack}\nr4 = ${bytes}\ncall bpf_${LOADS[type]}\n`;
  return `
    r6 = r1
    ${load(14, -104, HEADER[version])}${load(14 + HEADER[version], -64, 60)}
    r8 = r10
    r8 += -104
    r7 = r10
    r7 += -64
    r1 = r8
    r2 = r7
    r3 = ${given}
    call bpf_tcp_raw_gen_syncookie_${version}
    if r0 s< 0 goto out
    r9 = r0
    r9 >>= 32
    w1 = w0
    r1 += 1
    r1 = be32 r1
    *(u32 *)(r7 + 8) = r1
    r1 = *(u32 *)(r7 + 4)
    r1 = be32 r1
    r1 += 1
    r1 = be32 r1
    *(u32 *)(r7 + 4) = r1
    ${change.replaceAll("ADDRESS", String(ADDRESS_AT[version]))}
    r1 = r8
    r2 = r7
    call bpf_tcp_raw_check_syncookie_${version}
    r9 <<= 8
    r0 = -r0
    r0 |= r9
    out:
    exit
  `;
}

/** A SYN of 60 bytes of header behind an IP header of noise. */
function syn(chance: Random, version: keyof typeof HEADER, dataOffset: number, options: readonly number[]): Uint8Array {
  const packet = Uint8Array.from({ length: 14 + HEADER[version] + 60 }, () => chance.uint32());
  const tcp = 14 + HEADER[version];
  packet[tcp + 12] = (dataOffset << 4) | (packet[tcp + 12]! & 15);
  packet.set(options, tcp + 20);
  return packet;
}

const mss = (value: number) => [2, 4, value >>> 8, value & 0xff];
const ASKED: readonly (readonly number[])[] = [
  ...[0, 1, 535, 536, 537, 1219, 1220, 1299, 1300, 1419, 1420, 1440, 1459, 1460, 8939, 8940, 65_535].map(mss),
  [1, 1, ...mss(1400)],
  [0, ...mss(1400)],
  [...mss(1400), ...mss(1300)],
  [...mss(1400), ...mss(0)],
  [2, 3, 1, 1, 4, 2],
  [3, 1, ...mss(1400)],
  [3, 0, ...mss(1400)],
  [8, 10, 1, 2, 3, 4, 5, 6, 7, 8, ...mss(1300)],
  [30, 60, ...mss(1300)],
];

describe.skipIf("missing" in running)(`SYN cookies beside the running kernel${missing}`, () => {
  const kernel = running as Kernel;
  const chance = new Random(11n, "SYN cookies");
  const compare = (
    type: keyof typeof LOADS,
    version: keyof typeof HEADER,
    given: number,
    change: string,
    packet: Uint8Array,
  ) => {
    const { bytes } = assembleExtended(program(type, version, given, change));
    const { value } = runHere(type, bytes, packet) as { value: number };
    expect({ value }).toEqual({ value: (runInKernel(kernel, type, bytes, packet) as { value: number }).value });
    return value;
  };

  for (const version of ["ipv4", "ipv6"] as const) {
    it.each(Object.keys(CHANGES))(`of ${version} are known again, after a change of %s`, (name) => {
      const value = compare("xdp", version, 40, CHANGES[name]!, syn(chance, version, 10, mss(1440)));
      expect(value & 0xff).toBe(name === "nothing" ? 0 : 13);
    });

    it(`of ${version} tell the size that is asked for`, () => {
      for (const asked of ASKED) compare("sched_cls", version, 60, "", syn(chance, version, 15, asked));
      for (let i = 0; i < 40; i++) {
        const noise = Array.from({ length: 40 }, () => chance.uint32() % 6);
        compare("xdp", version, 60, "", syn(chance, version, 15, noise));
      }
    });

    it.each([0, 19, 20, 24, 36, 60])(`of ${version} need a whole header: %i bytes`, (given) => {
      for (const dataOffset of [0, 4, 5, 6, 9, 15]) {
        const value = compare("sched_cls", version, given, "", syn(chance, version, dataOffset, mss(1400)));
        if (given < 20 || given !== dataOffset * 4) expect(value | 0).toBe(-22);
      }
    });
  }
});
