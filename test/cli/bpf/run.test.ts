import { describe, expect, it } from "vitest";
import { bpf, scratchDirectory } from "./files.ts";

const files = scratchDirectory();
const SSH = new URL("../../../policies/ssh.bpf", import.meta.url).pathname;
const CAPTURE = new URL("../../../topologies/captures/mixed.pcap", import.meta.url).pathname;

/** Ethernet and the beginning of IPv4. */
const FRAME = `02000000000102000000000208004500${"00".repeat(18)}`;

describe.each(["interpreter", "jit"])("netsim bpf run on the %s", (engine) => {
  const run = (words: readonly string[], input: string | Uint8Array = "") =>
    bpf(["run", "--engine", engine, ...words], input);

  it("runs a program on a packet in hexadecimal", async () => {
    expect(await run(["-", "--packet", "00 01 02 03"], "ldh [1]\nret a")).toEqual({
      exitCode: 0,
      out: "Return value: 258, duration (average): 0ns\n",
      error: "",
    });
  });

  it.each([
    ["packet loads", "r6 = r1\nr0 = *(u16 *)skb[1]\nexit", "socket_filter", 0x102],
    [
      "struct __sk_buff",
      "r2 = *(u32 *)(r1 +76)\nr3 = *(u32 *)(r1 +80)\nr3 -= r2\nr0 = *(u32 *)(r1 +0)\nr0 <<= 8\nr0 |= r3\nexit",
      "sched_cls",
      0x404,
    ],
    ["struct xdp_md", "r2 = *(u32 *)(r1 +0)\nr0 = *(u8 *)(r2 +3)\nexit", "xdp", 3],
    ["a helper", "call bpf_get_smp_processor_id#8\nexit", "xdp", 0],
    ["mnemonics", "mov %r0, 9\nexit", "xdp", 9],
    ["hexadecimal digits", "b7 00 00 00 05 00 00 00 95 00 00 00 00 00 00 00", "xdp", 5],
  ])("gives programs %s", async (_, program, type, want) => {
    const { out, error } = await run(["-", "--type", type, "--packet", "00010203", "--json"], program);
    expect(error).toBe("");
    expect(JSON.parse(out)).toEqual({ returnValue: want, repeat: 1, nanoseconds: 0, dataOut: "00010203" });
  });

  it("shows the packet where the program changed it", async () => {
    const program = "r2 = *(u32 *)(r1 +76)\n*(u8 *)(r2 +1) = 255\nr0 = 0\nexit";
    const { out } = await run(["-", "--type", "sched_cls", "--packet", "00010203"], program);
    expect(out).toBe("Data out:\n0000  00 ff 02 03\nReturn value: 0, duration (average): 0ns\n");
  });

  it.each([
    {
      name: "a frame that has grown at its front, and may be read there",
      type: "xdp",
      program: `r6 = r1\nr2 = -4\ncall bpf_xdp_adjust_head\nr2 = *(u32 *)(r6 +0)\n*(u8 *)(r2 +0) = 9\nr0 = *(u8 *)(r2 +4)\nexit`,
      want: { returnValue: 2, dataOut: `09000000${FRAME}` },
    },
    {
      name: "a packet that bytes were stored into",
      type: "sched_cls",
      program: `*(u16 *)(r10 -8) = 0xbbaa\nr2 = 6\nr3 = r10\nr3 += -8\nr4 = 2\nr5 = 0\ncall bpf_skb_store_bytes\nexit`,
      want: { returnValue: 0, dataOut: `${FRAME.slice(0, 12)}aabb${FRAME.slice(16)}` },
    },
    {
      name: "a packet to be redirected",
      type: "sched_act",
      program: "r1 = 1\nr2 = 0\ncall bpf_redirect\nexit",
      want: { returnValue: 7, dataOut: FRAME },
    },
  ])("lets helpers work on $name", async ({ type, program, want }) => {
    const { out, error } = await run(["-", "--type", type, "--packet", FRAME, "--json"], program);
    expect(error).toBe("");
    expect(JSON.parse(out)).toMatchObject(want);
  });

  it("lets no program read where a helper has taken bytes away", async () => {
    const program = `r6 = r1\nr7 = *(u32 *)(r1 +0)\nr2 = 14\ncall bpf_xdp_adjust_head\nr0 = *(u8 *)(r7 +0)\nexit`;
    const { exitCode, error } = await run(["-", "--type", "xdp", "--packet", FRAME], program);
    expect(exitCode).toBe(4);
    expect(error).toContain("Instruction 4");
  });

  it("runs it as often as it is told", async () => {
    const program = "r2 = *(u32 *)(r1 +0)\nr0 = *(u8 *)(r2 +0)\nr0 += 1\n*(u8 *)(r2 +0) = r0\nexit";
    const { out } = await run(["-", "--type", "xdp", "--packet", "00", "--repeat", "7", "--json"], program);
    expect(JSON.parse(out)).toMatchObject({ returnValue: 7, repeat: 7, dataOut: "07" });
  });

  describe("with maps", () => {
    const count = `r6 = r1\nr0 = *(u8 *)skb[0]\n*(u32 *)(r10 -4) = r0\n*(u64 *)(r10 -16) = 1\nr1 = map[seen]\nr2 = r10\nr2 += -4
      call bpf_map_lookup_elem\nif r0 == 0 goto first\nr1 = 1\nlock *(u64 *)(r0 +0) += r1\nr0 = 1\nexit
      first: r1 = map[seen]\nr2 = r10\nr2 += -4\nr3 = r10\nr3 += -16\nr4 = 1\ncall bpf_map_update_elem\nexit`;
    const three = ["-", "--packet", "07", "--repeat", "3"];

    it.each([
      [
        "hash,key=4,value=8,entries=16",
        1,
        "Map seen (hash): 1 entry\n  key 07 00 00 00  value 03 00 00 00 00 00 00 00\n",
      ],
      [
        "array:4:8:16",
        1,
        "Map seen (array): 1 value that is not zero\n  key 07 00 00 00  value 03 00 00 00 00 00 00 00\n",
      ],
      ["array:4:8:7", 2 ** 32 - 7, "Map seen (array): 0 values that are not zero\n"],
    ])("prints what is in %s", async (map, returns, want) => {
      const { out, error } = await run([...three, "--map", `seen=${map}`], count);
      expect({ out, error }).toEqual({ out: `Return value: ${returns}, duration (average): 0ns\n${want}`, error: "" });
    });

    it("gives them as JSON", async () => {
      const { out } = await run([...three, "--json", "--map", "seen=hash:4:8:16"], count);
      expect(JSON.parse(out).maps).toEqual({
        seen: { type: "hash", entries: [{ key: "07000000", value: "0300000000000000" }] },
      });
    });

    it.each([
      ["a map that was not given", [], 4, "The program names the map 'seen', which was not given."],
      ["a map that Linux refuses", ["--map", "seen=array:8:8:1"], 2, "Linux refuses map 'seen' with EINVAL."],
      ["a type that does not exist", ["--map", "seen=hsh:8:8:1"], 2, "Did you mean 'hash'?"],
      ["two of one name", ["--map", "seen=hash:4:8:1", "--map", "seen=hash:4:8:1"], 2, "Two maps are called 'seen'."],
    ])("refuses %s", async (_, words, exitCode, message) => {
      const outcome = await run([...three, ...words], count);
      expect(outcome).toMatchObject({ exitCode, error: expect.stringContaining(message) });
    });
  });

  it("runs a program on each packet of a capture", async () => {
    const { exitCode, out } = await run([SSH, "--packet", CAPTURE]);
    const lines = out.trimEnd().split("\n");
    expect(exitCode).toBe(0);
    expect(lines).toHaveLength(42);
    expect(lines[0]).toBe("  packet    bytes  return value");
    expect(lines[13]).toBe("      13       54  262144");
    expect(lines.at(-1)).toBe("40 packets: 25 returned 0, 15 did not; duration (average): 0ns");
  });

  it("gives JSON for a capture", async () => {
    const { packets } = JSON.parse((await run([SSH, "--packet", CAPTURE, "--json"])).out);
    expect(packets).toHaveLength(40);
    expect(packets[12]).toEqual({ bytes: 54, returnValue: 262_144, nanoseconds: 0 });
  });

  it.each([
    [
      "a null pointer",
      ["-"],
      "r1 = 0\nr0 = *(u8 *)(r1 +0)\nexit",
      4,
      /error\[program-rejected\]: Instruction 1.* a null pointer/,
    ],
    [
      "a load behind the packet",
      ["-", "--type", "xdp", "--packet", "0001"],
      "r2 = *(u32 *)(r1 +0)\nr0 = *(u8 *)(r2 +2)\nexit",
      4,
      /Instruction 1/,
    ],
    ["a helper that there is not", ["-"], "call 999\nexit", 4, /Instruction 0 calls helper 999/],
    ["a map that there is not", ["-"], "r1 = map[fd:3]\nr0 = 0\nexit", 4, /Instruction 0 names the map/],
    [
      "a packet load in XDP",
      ["-", "--type", "xdp"],
      "r6 = r1\nr0 = *(u8 *)skb[0]\nexit",
      4,
      /Instruction 1 loads from the packet/,
    ],
    ["a classic program that the kernel refuses", ["-"], "ldh [12]", 4, /not a return/],
    ["a mistake in the text", ["-"], "r0 = ", 3, /<stdin>:1:\d+: error\[program-syntax\]/],
    ["a classic program as XDP", ["-", "--type", "xdp"], "ret #0", 2, /classic program cannot be of type xdp/],
    ["a type that is none", ["-", "--type", "socket"], "ret #0", 2, /Allowed choices/],
    ["a packet that is none", ["-", "--packet", "12x"], "ret #0", 2, /neither a file nor/],
    ["a capture that is none", ["-", "--packet", SSH], "ret #0", 3, /error\[bad-capture\]/],
    ["a repeat of 0", ["-", "--repeat", "0"], "ret #0", 2, /whole number/],
    ["no program", [], "", 2, /Name one program/],
    ["two programs", ["a", "b"], "", 2, /Name one program/],
    ["two things on standard input", ["-", "--packet", "-"], "ret #0", 2, /cannot both be standard input/],
    ["an engine that is none", ["-", "--engine", "steam"], "ret #0", 2, /Allowed choices/],
  ] as [string, string[], string, number, RegExp][])("tells of %s", async (_, words, input, exitCode, message) => {
    const got = await run(words, input);
    expect(got.error).toMatch(message);
    expect(got.exitCode).toBe(exitCode);
  });

  it("tells on which packet a program went wrong", async () => {
    const program = "r6 = r1\nr0 = *(u32 *)(r1 +0)\nif r0 != 71 goto pc+1\nr6 = 0\nr0 = *(u8 *)(r6 +0)\nexit";
    const { exitCode, error, out } = await run([files.write("third.s", program), "--packet", CAPTURE]);
    expect(exitCode).toBe(4);
    expect(error).toMatch(/Instruction 4.* It was run on packet 3\./);
    expect(out.split("\n")).toHaveLength(4);
  });

  describe("with --raw", () => {
    const raw = (program: string, words: readonly string[] = []) => run(["--raw", ...words], program);

    it.each([
      ["without memory", "b700000005000000 9500000000000000", [], "5\n"],
      [
        "with bytes apart, as bpf_conformance writes them",
        "b7 00 00 00 ff ff ff ff 95 00 00 00 00 00 00 00 ",
        [""],
        "ffffffffffffffff\n",
      ],
      ["with memory at R1", "71 10 01 00 00 00 00 00\n95 00 00 00 00 00 00 00\n", ["0a 0b"], "b\n"],
      ["with memory in several words", "71 10 01 00 00 00 00 00 95 00 00 00 00 00 00 00", ["0a", "0b"], "b\n"],
      ["with its length in R2", "bf200000000000009500000000000000", ["00112233"], "4\n"],
      ["with 0 in R1 and R2 where there is none", "bf100000000000000f200000000000009500000000000000", [], "0\n"],
    ])("runs a program %s", async (_, program, words, want) => {
      expect(await raw(program, words)).toEqual({ exitCode: 0, out: want, error: "" });
    });

    it.each([
      ["memory that is no hexadecimal", "9500000000000000", ["0g"], 2, /hexadecimal digits/],
      ["a program that is no hexadecimal", "exit", [], 3, /hexadecimal digits/],
      ["no program", "", [], 3, /hexadecimal digits/],
      ["an opcode that there is not", "9600000000000000", [], 4, /Instruction 0 has opcode 0x96/],
      ["a program that is cut short", "95000000", [], 4, /Instruction 0 is cut short/],
      [
        "one that is cut short further on",
        "b700000000000000 950000",
        [],
        4,
        /^<stdin>: .*Instruction 1 is cut short: 3 of/,
      ],
      [
        "a reserved field",
        "0f10000001000000 9500000000000000",
        [],
        4,
        /Instruction 0 \(opcode 0x0f\): its immediate is 1/,
      ],
      [
        "one that Linux ignores",
        "9500070000000000",
        [],
        4,
        /Instruction 0 \(opcode 0x95\): its offset is 7, but must be 0/,
      ],
      [
        "an access behind the memory",
        "7110020000000000 9500000000000000",
        ["0a0b"],
        4,
        /Instruction 0.* may not touch/,
      ],
      ["a null pointer", "7110020000000000 9500000000000000", [], 4, /Instruction 0.* null pointer/],
      [
        "a helper that there is not",
        "8500000063000000 9500000000000000",
        [],
        4,
        /Instruction 0 calls bpf_skc_lookup_tcp \(helper 99\)/,
      ],
    ] as [string, string, string[], number, RegExp][])("tells of %s", async (_, program, words, exitCode, message) => {
      const got = await raw(program, words);
      expect(got.error).toMatch(message);
      expect(got).toMatchObject({ exitCode, out: "" });
    });
  });
});
