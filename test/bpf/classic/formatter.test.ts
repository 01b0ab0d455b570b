import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatClassic } from "../../../src/bpf/classic/formatter.ts";
import type { ClassicInstruction } from "../../../src/bpf/classic/instruction.ts";
import { listingText } from "../../../src/bpf/classic/listing.ts";
import { SPELLINGS } from "../../../src/bpf/classic/mnemonics.ts";
import { parseClassicProgram } from "../../../src/bpf/classic/parser.ts";
import { CLASSIC_FORMS } from "../../../src/bpf/classic/text/form.ts";
import { assemble, validProgram } from "./programs.ts";

describe("formatClassic", () => {
  it.each(CLASSIC_FORMS)("what it writes as %s is read as the same program", (form) => {
    fc.assert(
      fc.property(validProgram({ maxLength: 60 }), (program) => {
        const parsed = parseClassicProgram(formatClassic(program, form));
        expect(parsed.instructions).toEqual(program);
        expect(parsed.form).toBe(form);
      }),
      { numRuns: 500 },
    );
  });

  it("writes for bpf_asm what people would write", () => {
    const text = [
      "        ldh [12]",
      "        jneq #0x800, L7",
      "        ld proto",
      "        jset #0x1fff, L4, L5",
      "L4:     add #4294967295",
      "L5:     jgt x, L7",
      "        ja L8",
      "L7:     ret #0",
      "L8:     ldx len",
      "        ret a",
      "",
    ].join("\n");
    expect(formatClassic(assemble(text), "bpf_asm")).toBe(text);
  });

  it.each([
    { name: "an opcode that bpf_asm lacks", have: "1,101 0 0 0" },
    { name: "a jump out of the program", have: "1,21 1 0 0" },
  ])("does not write $name for bpf_asm", ({ have }) => {
    expect(() => formatClassic(parseClassicProgram(have).instructions, "bpf_asm")).toThrow(RangeError);
  });
});

const TCPDUMP = versionOf("tcpdump");
const FILTERS = [
  ["EN10MB", "ip and tcp port 22"],
  ["EN10MB", "tcp port 80"],
  ["EN10MB", "udp"],
  ["EN10MB", "ip6"],
  ["EN10MB", "arp or rarp"],
  ["EN10MB", "vlan"],
  ["EN10MB", "vlan 10 and ip host 10.0.0.1"],
  ["EN10MB", "vlan and vlan and udp port 53"],
  ["EN10MB", "mpls 100"],
  ["EN10MB", "pppoes and ip"],
  ["EN10MB", "host 10.0.0.1"],
  ["EN10MB", "net 192.168.0.0/16 and not port 22"],
  ["EN10MB", "ip6 host 2001:db8::1"],
  ["EN10MB", "ip6 net 2001:db8::/32 and tcp dst portrange 1000-2000"],
  ["EN10MB", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0"],
  ["EN10MB", "ip[0] & 0xf != 5"],
  ["EN10MB", "ip[2:2] > 576"],
  ["EN10MB", "ether[0] & 1 = 0 and ip[16] >= 224"],
  ["EN10MB", "icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply"],
  ["EN10MB", "tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)"],
  ["EN10MB", "ether host 00:11:22:33:44:55"],
  ["EN10MB", "ether broadcast or ether multicast"],
  ["EN10MB", "greater 100 and less 1000"],
  ["EN10MB", "len > 64"],
  ["EN10MB", "ip protochain 6"],
  ["EN10MB", "ip6 protochain 17"],
  ["EN10MB", "ip[ip[0] & 0xf] * 3 / 2 % 5 = 1"],
  ["EN10MB", "(ip[8] ^ ip[9]) = 0x47 or -ip[1] = -5"],
  ["EN10MB", "tcp[ip[0]:4] = tcp[4:2] << ip[1]"],
  ["EN10MB", "ip[4:2] >> ip[1] = len - 14"],
  ["EN10MB", "geneve and tcp"],
  ["EN10MB", "sctp port 5060"],
  ["EN10MB", "llc or stp"],
  ["LINUX_SLL", "tcp port 22"],
  ["LINUX_SLL", "inbound and ip"],
  ["LINUX_SLL2", "udp port 53"],
  ["RAW", "icmp6"],
  ["RAW", "ip and tcp port 22"],
  ["NULL", "ip host 127.0.0.1"],
  ["PPP", "ip and udp"],
  ["IEEE802_11", "type mgt subtype beacon"],
  ["IEEE802_11_RADIO", "wlan addr1 00:11:22:33:44:55 and tcp"],
  ["IEEE802_11_RADIO", "ip proto 17"],
  ["FDDI", "ip"],
  ["IEEE802", "arp"],
  ["IPNET", "ip6"],
] as const;

describe.skipIf(TCPDUMP === undefined)(`beside ${TCPDUMP ?? "tcpdump (skipped: tcpdump is not installed)"}`, () => {
  it.each(FILTERS)("%s: %s", async (linkType, filter) => {
    const [listing, array, decimal] = await Promise.all(
      ["-d", "-dd", "-ddd"].map((option) => compile(linkType, option, filter)),
    );
    const program = parseClassicProgram(decimal!).instructions;
    expect(parseClassicProgram(listing!).instructions).toEqual(program.map(withoutUnusedOperand));
    expect(parseClassicProgram(array!).instructions).toEqual(program);
    expect(formatClassic(program, "tcpdump-d")).toBe(listing);
    expect(formatClassic(program, "tcpdump-dd")).toBe(array);
    expect(formatClassic(program, "tcpdump-ddd")).toBe(decimal);
  });
});

const PCAP = await openPcap();

describe.skipIf(PCAP === undefined)(
  `beside libpcap${PCAP === undefined ? " (skipped: needs Linux, libpcap.so.0.8 and koffi)" : ""}`,
  () => {
    it("prints every opcode with every operand as bpf_image does", () => {
      const operands = [0, 5, 15, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
      const ancillary = Array.from({ length: 80 }, (_, i) => 0xffff_eff8 + i);
      for (let code = 0; code < 0x120; code++)
        for (const k of code === 0x20 || code === 0x28 || code === 0x30 ? [...operands, ...ancillary] : operands)
          for (const { index, jt, jf } of [
            { index: 0, jt: 0, jf: 0 },
            { index: 4095, jt: 255, jf: 7 },
          ]) {
            const instruction = { code, jt, jf, k };
            const number = `${index}`.padStart(3, "0");
            expect(`(${number}) ${listingText(instruction, index)}`).toBe(PCAP!(instruction, index));
          }
    });
  },
);

/** bpf_image of libpcap. Only what may be missing is caught. */
async function openPcap() {
  const koffi = process.platform === "linux" ? await import("koffi").catch(() => undefined) : undefined;
  if (koffi === undefined) return undefined;
  let library: ReturnType<typeof koffi.load>;
  try {
    library = koffi.load("libpcap.so.0.8");
  } catch {
    return undefined;
  }
  const image = library.func("const char *bpf_image(const void *instruction, int number)");
  return ({ code, jt, jf, k }: ClassicInstruction, index: number): string => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt16LE(code, 0);
    bytes.set([jt, jf], 2);
    bytes.writeUInt32LE(k, 4);
    return image(bytes, index);
  };
}

/** libpcap leaves numbers of its registers in the `k` of instructions that have no operand; a listing does not show them. */
function withoutUnusedOperand(instruction: ClassicInstruction): ClassicInstruction {
  const { operand } = SPELLINGS.get(instruction.code) ?? { operand: "immediate" };
  return operand === "none" || operand === "a" || operand === "x" ? { ...instruction, k: 0 } : instruction;
}

async function compile(linkType: string, option: string, filter: string): Promise<string> {
  const { stdout } = await promisify(execFile)("tcpdump", ["-y", linkType, "-s", "262144", option, filter]);
  return stdout;
}

function versionOf(tool: string): string | undefined {
  try {
    return execFileSync(tool, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n")[0];
  } catch {
    return undefined;
  }
}
