import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ClassicInstruction } from "../../../src/bpf/classic/instruction.ts";
import { CaptureFilter } from "../../../src/bpf/filter/capture-filter.ts";
import { translateForCaptures } from "../../../src/bpf/filter/capture-translation.ts";
import { compileFilter } from "../../../src/bpf/filter/compile.ts";
import type { FilterOptions } from "../../../src/bpf/filter/options.ts";
import { ProgramTextError } from "../../../src/bpf/program-text-error.ts";
import { NetsimError } from "../../../src/errors.ts";
import { openCapture } from "../../../src/packet/capture/open-capture.ts";
import { LibpcapCompiler } from "../../reference/libpcap-compiler.ts";

const CAPTURES = new URL("../../../../shared/data/pcap", import.meta.url).pathname;
const libpcap = LibpcapCompiler.load();
const missing =
  libpcap === undefined ? "libpcap is not installed" : existsSync(CAPTURES) ? "" : "no captures are there";

const RETURN = 0x06;
const MOST_PACKETS = 8;

/** Expressions that are about all kinds of packets. */
const EXPRESSIONS = [
  "ip",
  "ip6",
  "arp or rarp",
  "tcp",
  "udp port 53 or 67",
  "port 22 or 80 or 179",
  "portrange 1-1023",
  "net 10 or 192.168.0.0/16",
  "host 127.0.0.1 or ::1",
  "ip multicast or ip6 multicast",
  "less 100",
  "greater 200 and not tcp",
  "len > 60 and len % 2 = 1",
  "ip[0] & 0xf > 5",
  "ip[6:2] & 0x1fff != 0",
  "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
  "tcp[((tcp[12] & 0xf0) >> 2):4] != 0",
  "1 << ip[8] > 5",
  "ether[0] & 1 = 0",
  "ether proto 0x88cc or ether proto 0x42",
  "iso or isis or stp",
  "icmp[icmptype] = icmp-echo or icmp6[icmp6type] = icmp6-echo",
  "vlan and ip",
  "mpls and ip",
  "pppoes and ip",
  "geneve and ip",
  "ip6 protochain 58",
  "protochain 6",
  "wlan type mgt or tcp",
  "inbound",
  "esp or ah or pim or sctp or igmp",
];

describe.skipIf(missing !== "")(`filters on public captures${missing && ` (${missing})`}`, () => {
  const files = missing === "" ? readdirSync(CAPTURES).filter((name) => /\.pcap(ng)?$/.test(name)) : [];
  it.each([0, 1, 2, 3])("take the same packets as libpcap, part %i", (part) => {
    let packets = 0;
    for (const file of files.filter((_, i) => i % 4 === part)) packets += compare(join(CAPTURES, file));
    expect(packets).toBeGreaterThan(1000);
  });
});

interface Packet {
  readonly bytes: Uint8Array;
  readonly wireLength: number;
}

/** The first packets of a capture; long ones repeat themselves. Undefined where it cannot be read at all. */
function readPackets(file: string) {
  const packets: Packet[] = [];
  try {
    const reader = openCapture(file);
    try {
      while (packets.length < MOST_PACKETS && reader.next())
        packets.push({
          bytes: reader.bytes.slice(reader.at, reader.at + reader.length),
          wireLength: reader.originalLength,
        });
    } catch (error) {
      // Many of these captures are damaged on purpose; what comes before is compared.
      if (!(error instanceof NetsimError)) throw error;
    }
    reader.close();
    return { packets, linkType: reader.linkType, savedBy: reader.byteOrder };
  } catch (error) {
    if (error instanceof NetsimError) return undefined;
    throw error;
  }
}

/** Compares the packets of a capture; returns how many verdicts that were. */
function compare(file: string): number {
  const capture = readPackets(file);
  if (capture === undefined || capture.packets.length === 0) return 0;
  let verdicts = 0;
  for (const text of EXPRESSIONS) {
    const want = libpcap!.compileFor(file, text).instructions;
    // It takes the capture's own snapshot length.
    const snapLength = Math.max(1, ...(want ?? []).filter(({ code }) => code === RETURN).map(({ k }) => k));
    const have = compiled(text, { linkType: capture.linkType, savedBy: capture.savedBy, snapLength });
    expect(have, `${file}: ${text}`).toEqual(want);
    if (have === undefined) continue;
    const interpreter = new CaptureFilter(have);
    const translated = translateForCaptures(have);
    for (const [i, { bytes, wireLength }] of capture.packets.entries()) {
      const theirs = libpcap!.run(have, bytes, wireLength);
      const ours = interpreter.run(bytes, 0, bytes.length, wireLength);
      const fast = translated?.(bytes, 0, bytes.length, wireLength) ?? ours;
      expect([ours, fast], `${file}: ${text}, packet ${i + 1}`).toEqual([theirs, theirs]);
      verdicts++;
    }
  }
  return verdicts;
}

function compiled(text: string, options: FilterOptions): ClassicInstruction[] | undefined {
  try {
    return compileFilter(text, options);
  } catch (error) {
    if (error instanceof ProgramTextError) return undefined;
    throw error;
  }
}
