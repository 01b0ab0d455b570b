import { describe, expect, it } from "vitest";
import { openKernel } from "../../src/kernel/kernel.ts";
import { bpf } from "../cli/bpf/files.ts";

const kernel = await openKernel();
const missing = "missing" in kernel ? ` (skipped: ${kernel.missing})` : "";

/** A UDP datagram in IPv4 in Ethernet, to everybody. */
const DATAGRAM = "ffffffffffff02000000000108004500001c000000004011f96cc0a80001c0a800020035003500080000";

describe.skipIf("missing" in kernel)(`netsim bpf run beside the running kernel${missing}`, () => {
  const run = async (engine: string, words: readonly string[], program: string) => {
    const { out, error } = await bpf(["run", "-", "--engine", engine, "--json", ...words], program);
    expect(error).toBe("");
    return { ...JSON.parse(out), nanoseconds: 0 };
  };

  it.each([
    [
      "changes a packet",
      "sched_cls",
      "r2 = *(u32 *)(r1 +76)\nr3 = *(u32 *)(r1 +80)\nr4 = r2\nr4 += 14\nr0 = 2\nif r4 > r3 goto +2\n*(u8 *)(r2 +1) = 7\nr0 = 0\nexit",
    ],
    ["reads its length", "sched_cls", "r0 = *(u32 *)(r1 +0)\nexit"],
    ["reads its protocol", "sched_cls", "r0 = *(u32 *)(r1 +16)\nexit"],
    ["reads whom it is for", "sched_cls", "r0 = *(u32 *)(r1 +4)\nexit"],
    ["reads the device", "sched_cls", "r0 = *(u32 *)(r1 +40)\nexit"],
    ["reads the length on the wire", "sched_cls", "r0 = *(u32 *)(r1 +160)\nexit"],
    ["loads from it as a classifier", "sched_cls", "r6 = r1\nr0 = *(u16 *)skb[12]\nexit"],
    ["loads from it as a socket filter", "socket_filter", "r6 = r1\nr0 = *(u32 *)skb[26]\nexit"],
    ["loads from behind its end", "socket_filter", "r6 = r1\nr0 = *(u32 *)skb[40]\nexit"],
    [
      "reads it before the stack does",
      "xdp",
      "r2 = *(u32 *)(r1 +0)\nr3 = *(u32 *)(r1 +4)\nr4 = r2\nr4 += 14\nr0 = 0\nif r4 > r3 goto +1\nr0 = *(u8 *)(r2 +6)\nexit",
    ],
  ])("a program %s", async (_, type, program) => {
    const words = ["--type", type, "--packet", DATAGRAM];
    expect(await run("kernel", words, program)).toEqual(await run("interpreter", words, program));
  });

  it("a program counts in a map", async () => {
    const program = `
      *(u32 *)(r10 -4) = 1
      r2 = r10
      r2 += -4
      r1 = map[counts]
      call bpf_map_lookup_elem#1
      if r0 == 0 goto +2
      r1 = 1
      lock *(u64 *)(r0 +0) += r1
      r0 = 0
      exit`;
    const words = ["--map", "counts=array,key=4,value=8,entries=3", "--repeat", "5"];
    const want = await run("interpreter", words, program);
    expect(want.maps.counts.entries).toEqual([{ key: "01000000", value: "0500000000000000" }]);
    expect(await run("kernel", words, program)).toEqual(want);
  });

  it.each([
    ["all", "ret #65535", 42],
    ["nothing", "ret #0", 0],
    ["a part", "ldh [12]\njeq #0x800, ip, other\nip: ret #20\nother: ret #0", 20],
    ["what is for many", "ld #type\njeq #2, yes, no\nyes: ret #9\nno: ret #0", 9],
  ])("a classic program lets %s through", async (_, program, want) => {
    expect(await run("kernel", ["--packet", DATAGRAM], program)).toMatchObject({ bytesPassed: want });
  });

  it("runs a program whose verifier's log is too long to be kept", async () => {
    const program = ["r0 = 0", ...Array<string>(100_000).fill("r0 += 1"), "exit"].join("\n");
    expect(await run("kernel", [], program)).toMatchObject({ returnValue: 100_000 });
  });

  it("--raw gives R0", async () => {
    const { out } = await bpf(["run", "--raw", "--engine", "kernel", "0102"], "71100100000000009500000000000000");
    expect(out).toBe("2\n");
  });

  it("--raw tells of a program that the kernel refuses, with both logs", async () => {
    const { error, exitCode } = await bpf(["run", "--raw", "--engine", "kernel", "0102"], "9500000000000000");
    expect(exitCode).toBe(4);
    expect(error).toMatch(/R0 !read_ok[\s\S]*log of its verifier[\s\S]*log of netsim's verifier[\s\S]*R0 !read_ok/);
  });

  it.each([
    [
      "a program that the kernel refuses, with its log",
      [],
      "r0 = r5\nexit",
      4,
      /R5 !read_ok[\s\S]*log of its verifier[\s\S]*R5 !read_ok[\s\S]*log of netsim's verifier[\s\S]*R5 !read_ok/,
    ],
    [
      "a packet that is too short",
      ["--packet", "01", "--type", "xdp"],
      "r0 = 0\nexit",
      3,
      /does not run a xdp program/,
    ],
  ] as const)("tells of %s", async (_, words, program, exitCode, message) => {
    const result = await bpf(["run", "-", "--engine", "kernel", ...words], program);
    expect(result.exitCode).toBe(exitCode);
    expect(result.error).toMatch(message);
    expect(result.error).not.toContain("    at ");
  });
});
