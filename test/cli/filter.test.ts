import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCapture } from "../../src/packet/capture/open-capture.ts";
import { PcapngWriter } from "../../src/packet/capture/pcapng-writer.ts";
import { scratch } from "../scratch.ts";
import { netsim } from "./fake-terminal.ts";

const MIXED = new URL("../../topologies/captures/mixed.pcap", import.meta.url).pathname;
const hasTcpdump = spawnSync("tcpdump", ["--version"]).error === undefined;

const output = () => join(dirname(scratch({ "unused.txt": "" })), "out.pcap");

describe("netsim filter", () => {
  it("copies the packets of which the expression holds", async () => {
    const out = output();
    const { exitCode, out: said } = await netsim(["filter", "-r", MIXED, "-w", out, "tcp", "and", "port", "22"]);
    const reader = openCapture(out);
    let packets = 0;
    while (reader.next()) packets++;
    reader.close();
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: `${packets} of 40 packets\n` });
    expect(packets).toBeGreaterThan(0);
  });

  it("does not write over the capture that it reads", async () => {
    const capture = output();
    const bytes = readFileSync(MIXED);
    writeFileSync(capture, bytes);
    const other = `${capture}.link`;
    symlinkSync(capture, other);
    for (const name of [capture, other]) {
      const { exitCode, error } = await netsim(["filter", "-r", capture, "-w", name, "tcp"]);
      expect({ exitCode, error }).toEqual({ exitCode: 2, error: expect.stringContaining("would destroy it") });
    }
    expect(readFileSync(capture).equals(bytes)).toBe(true);
  });

  it.skipIf(!hasTcpdump)(
    `writes tcpdump's file, byte for byte${hasTcpdump ? "" : " (tcpdump is not installed)"}`,
    async () => {
      for (const expression of ["ip", "not tcp", "udp port 53 or icmp", "len > 100", ""]) {
        const [ours, theirs] = [output(), output()];
        await netsim(["filter", "-r", MIXED, "-w", ours, expression]);
        spawnSync("tcpdump", ["-r", MIXED, "-w", theirs, expression]);
        expect(readFileSync(ours).equals(readFileSync(theirs)), expression).toBe(true);
      }
    },
  );

  describe("of packets of several link types", () => {
    const mixed = (): string => {
      const file = join(dirname(scratch({ "unused.txt": "" })), "mixed.pcapng");
      const writer = new PcapngWriter(file, { precision: "nanosecond" });
      const ipv4 = Uint8Array.from([0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
      const frame = Uint8Array.from([...new Uint8Array(12), 8, 0, ...ipv4]);
      for (const [bytes, linkType] of [
        [frame, 1],
        [ipv4, 101],
        [frame, 1],
      ] as const)
        writer.write(bytes, 0, bytes.length, bytes.length, 7, 123_456_789, linkType);
      writer.close();
      return file;
    };

    it("compiles the expression for each, and keeps them in pcapng", async () => {
      const out = join(dirname(mixed()), "out.pcapng");
      const { out: said } = await netsim(["filter", "-r", mixed(), "-w", out, "--nano", "udp and src 10.0.0.1"]);
      expect(said).toBe("3 of 3 packets\n");
      const reader = openCapture(out);
      const found: number[][] = [];
      while (reader.next()) found.push([reader.linkType, reader.length, reader.nanoseconds]);
      reader.close();
      expect(found).toEqual([
        [1, 34, 123_456_789],
        [101, 20, 123_456_789],
        [1, 34, 123_456_789],
      ]);
    });

    it("says that pcap holds one only", async () => {
      const { exitCode, error } = await netsim(["filter", "-r", mixed(), "-w", output(), "ip"]);
      expect(exitCode).toBe(3);
      expect(error).toContain("Packet 2 is of link type RAW, the first of EN10MB.");
      expect(error).toContain(".pcapng");
    });

    it("writes pcap where the packets taken are of one", async () => {
      expect(await netsim(["filter", "-r", mixed(), "-w", output(), "len > 30"])).toMatchObject({
        exitCode: 0,
        out: "2 of 3 packets\n",
      });
    });
  });

  it.skipIf(!hasTcpdump)("writes tcpdump's file of records that are not as they would be written", async () => {
    const file = join(dirname(scratch({ "unused.txt": "" })), "odd.pcap");
    const record = (fraction: number, captured: number) => {
      const bytes = Buffer.alloc(16 + captured, captured);
      bytes.writeUInt32LE(5, 0);
      bytes.writeUInt32LE(fraction, 4);
      bytes.writeUInt32LE(captured, 8);
      bytes.writeUInt32LE(captured, 12);
      return bytes;
    };
    const head = Buffer.alloc(24);
    head.writeUInt32LE(0xa1b2c3d4, 0);
    head.writeUInt16LE(2, 4);
    head.writeUInt16LE(4, 6);
    head.writeUInt32LE(100, 16);
    head.writeUInt32LE(1, 20);
    // Some are longer than the snapshot length.
    const records = [
      [3, 60],
      [4, 80],
      [5, 150],
      [6, 60],
      [7, 0],
      [8, 70],
      [9, 71],
    ] as const;
    writeFileSync(file, Buffer.concat([head, ...records.map(([fraction, captured]) => record(fraction, captured))]));
    for (const expression of ["", "len > 60", "ether[0] & 1 = 0"]) {
      const [ours, theirs] = [output(), output()];
      await netsim(["filter", "-r", file, "-w", ours, expression]);
      spawnSync("tcpdump", ["-r", file, "-w", theirs, expression]);
      expect(readFileSync(ours).equals(readFileSync(theirs)), expression).toBe(true);
    }
  });

  it("counts where nothing is to be written", async () => {
    expect(await netsim(["filter", "-r", MIXED])).toEqual({ exitCode: 0, out: "40 of 40 packets\n", error: "" });
  });

  it("shows what is wrong with the expression under it, and writes nothing", async () => {
    const out = output();
    const { exitCode, error } = await netsim(["filter", "-r", MIXED, "-w", out, "tcp port htpp"]);
    expect(exitCode).toBe(3);
    expect(error).toBe(
      [
        "expression:1:10: error[program-syntax]: The service 'htpp' is not known.",
        "  1 | tcp port htpp",
        "    |          ^^^^",
        "  hint: Did you mean 'http'?",
        "",
      ].join("\n"),
    );
    expect(() => readFileSync(out)).toThrow(/ENOENT/);
  });
});

describe("netsim bpf compile", () => {
  it.each([
    { name: "as a listing", flags: [], want: "(000) ldh      [12]\n(001) jeq      #0x806           jt 2\tjf 3\n" },
    { name: "as a C array", flags: ["-dd"], want: "{ 0x28, 0, 0, 0x0000000c },\n" },
    { name: "as numbers", flags: ["-ddd"], want: "4\n40 0 0 12\n" },
    { name: "for tc", flags: ["--to", "tc"], want: "4,40 0 0 12,21 0 1 2054,6 0 0 262144,6 0 0 0\n" },
    { name: "for bpf_asm", flags: ["--to", "classic"], want: "        ldh [12]\n" },
    { name: "as the kernel converts it", flags: ["--to", "extended"], want: "0: " },
    { name: "for another link type", flags: ["--dlt", "linux_sll"], want: "(000) ldh      [14]\n" },
    {
      name: "with another return value",
      flags: ["--snaplen", "96", "--to", "tc"],
      want: "4,40 0 0 12,21 0 1 2054,6 0 0 96",
    },
  ])("prints $name", async ({ flags, want }) => {
    const { exitCode, out } = await netsim(["bpf", "compile", ...flags, "arp"]);
    expect(exitCode).toBe(0);
    expect(out.startsWith(want), out).toBe(true);
  });

  const expressions = ["arp", "tcp port 22 or icmp6", "tcp[tcpflags] & tcp-syn != 0 and len > 70000", "not ip6"];
  it.skipIf(!hasTcpdump).each([["-d"], ["-dd"], ["-ddd"], ["-O", "-d"], ["-d", "-O", "-d"]])(
    `prints with %s %s %s what tcpdump does${hasTcpdump ? "" : " (tcpdump is not installed)"}`,
    async (...flags) => {
      for (const [dlt, snaplen] of [
        ["EN10MB", "262144"],
        ["LINUX_SLL", "96"],
        ["RAW", "65535"],
      ] as const)
        for (const expression of expressions) {
          const { out } = await netsim(["bpf", "compile", "--dlt", dlt, "--snaplen", snaplen, ...flags, expression]);
          const { stdout } = spawnSync("tcpdump", ["-y", dlt, "-s", snaplen, ...flags, expression], {
            encoding: "utf8",
          });
          expect(out, `${dlt}: ${expression}`).toBe(stdout);
        }
    },
  );

  it.each([
    { socket: "packet", want: ["ldh      [12]", "ld       [26]"] },
    { socket: "packet-dgram", want: ["ldh      [proto]", "ld       [12]"] },
    { socket: "raw", want: ["ldh      [proto]", "ld       [12]"] },
    { socket: "udp", want: ["ldh      [proto]", "ld       [-1048564]"] },
    { socket: "tcp", want: ["ldh      [proto]", "ld       [-1048564]"] },
  ])("loads from where the data of a $socket socket begins", async ({ socket, want }) => {
    const { out } = await netsim(["bpf", "compile", "--socket", socket, "ip src 10.0.0.1"]);
    for (const load of want) expect(out).toContain(`${load}\n`);
  });

  it("leaves the program as it is generated with -O", async () => {
    const lines = async (...flags: string[]) =>
      (await netsim(["bpf", "compile", ...flags, "tcp port 22"])).out.split("\n");
    expect((await lines("-O")).length).toBeGreaterThan((await lines()).length);
  });

  it.each([
    { words: ["--dlt", "EN10M", "ip"], exitCode: 2, error: "Did you mean EN10MB?" },
    { words: ["--socket", "udp", "--dlt", "RAW", "ip"], exitCode: 2, error: "cannot be used with" },
    { words: ["--snaplen", "0", "ip"], exitCode: 2, error: "A snapshot length is" },
    { words: ["tcp", "or"], exitCode: 3, error: "A test of the packet was expected" },
    { words: ["--to", "extended", "ip", "protochain", "6"], exitCode: 4, error: "the kernel takes no loops" },
  ])("refuses $words", async ({ words, exitCode, error }) => {
    const outcome = await netsim(["bpf", "compile", ...words]);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.error).toContain(error);
  });
});

describe("netsim bpf explain", () => {
  it("tells an expression in words", async () => {
    expect(await netsim(["bpf", "explain", "--dlt", "RAW", "ip", "src", "10.0.0.1"])).toEqual({
      exitCode: 0,
      out: [
        "A packet is accepted, at most 262144 bytes, if all of these hold:",
        "  - IP version is 4",
        "  - IPv4 source address is 10.0.0.1",
        "",
      ].join("\n"),
      error: "",
    });
  });

  it("tells a classic program in words, and draws it as a page that needs nothing else", async () => {
    const page = join(dirname(scratch({ "unused.txt": "" })), "page.html");
    const policy = new URL("../../policies/ssh.bpf", import.meta.url).pathname;
    const { exitCode, out } = await netsim(["bpf", "explain", "--program", policy, "--html", page]);
    expect(exitCode).toBe(0);
    expect(out).toContain("TCP destination port is 22 (ssh)");
    const html = readFileSync(page, "utf8");
    expect(html).toContain(out.trimEnd());
    for (const text of [">EtherType is IPv4?<", ">accepted<", ">rejected<", ">yes<", ">no<", "(000) ldh"])
      expect(html).toContain(text);
    expect(html.match(/https?:[^" ]*/g)).toEqual(["http://www.w3.org/2000/svg"]);
  });

  it("says the same of a filter wherever it is attached", async () => {
    const said = async (...flags: string[]) =>
      (await netsim(["bpf", "explain", ...flags, "udp dst port 53 and ip"])).out;
    const first = await said();
    for (const socket of ["packet", "packet-dgram", "raw", "udp"]) expect(await said("--socket", socket)).toBe(first);
  });

  it("keeps an expression from being markup", async () => {
    const page = join(dirname(scratch({ "unused.txt": "" })), "page.html");
    await netsim(["bpf", "explain", "--html", page, "ip[0] < 5 and ip[1] > 3"]);
    expect(readFileSync(page, "utf8")).toContain("<h1><code>ip[0] &lt; 5 and ip[1] &gt; 3</code></h1>");
  });

  it.each([
    { words: ["tcp", "or"], exitCode: 3, error: "A test of the packet was expected" },
    { words: ["--program", "x.bpf", "tcp"], exitCode: 2, error: "--program is instead of an expression." },
    { words: ["--program", "no-such-file"], exitCode: 3, error: "no-such-file" },
    { words: ["--html", "/nowhere/x.html", "ip"], exitCode: 3, error: "/nowhere/x.html" },
  ])("refuses $words", async ({ words, exitCode, error }) => {
    const outcome = await netsim(["bpf", "explain", ...words]);
    expect(outcome.error).toContain(error);
    expect(outcome.exitCode).toBe(exitCode);
  });
});
