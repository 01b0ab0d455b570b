import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCapture } from "../../src/packet/capture/open-capture.ts";
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

  it("leaves the program as it is generated with -O", async () => {
    const lines = async (...flags: string[]) =>
      (await netsim(["bpf", "compile", ...flags, "tcp port 22"])).out.split("\n");
    expect((await lines("-O")).length).toBeGreaterThan((await lines()).length);
  });

  it.each([
    { words: ["--dlt", "EN10M", "ip"], exitCode: 2, error: "Did you mean EN10MB?" },
    { words: ["--snaplen", "0", "ip"], exitCode: 2, error: "A snapshot length is" },
    { words: ["tcp", "or"], exitCode: 3, error: "A test of the packet was expected" },
    { words: ["--to", "extended", "ip", "protochain", "6"], exitCode: 4, error: "the kernel takes no loops" },
  ])("refuses $words", async ({ words, exitCode, error }) => {
    const outcome = await netsim(["bpf", "compile", ...words]);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.error).toContain(error);
  });
});
