import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkClassic } from "../../src/bpf/classic/checker.ts";
import type { ClassicInstruction } from "../../src/bpf/classic/instruction.ts";
import { ClassicInterpreter } from "../../src/bpf/classic/interpreter.ts";
import { shortText } from "../../src/bpf/classic/listing.ts";
import { type Libc, openLibc } from "../../src/kernel/libc.ts";
import { FilteredLoopback } from "../../src/kernel/socket/filtered-loopback.ts";
import { FilteredPair } from "../../src/kernel/socket/filtered-pair.ts";
import { payloadOffset } from "../../src/packet/dissect/payload-offset.ts";
import { packetOf } from "../bpf/classic/packets.ts";
import { anyProgram, assemble, validProgram } from "../bpf/classic/programs.ts";

const EINVAL = 22;
const ENOMEM = 12;
/** What `exposing` returns when A was as foretold; no packet is shorter than the other. */
const AS_FORETOLD = 5;
const OTHERWISE = 6;

const opened = await openLibc();
const libc = opened as Libc;
const missing = "missing" in opened ? ` (skipped: ${opened.missing})` : "";

/**
 * The program with each `ret a` replaced: it returns AS_FORETOLD if A is `foretold`, else OTHERWISE. Thereby all 32
 * bits of A are seen although a datagram's length shows only small numbers.
 */
function exposing(program: readonly ClassicInstruction[], foretold: number): ClassicInstruction[] {
  const starts: number[] = [];
  let at = 0;
  for (const { code } of program) {
    starts.push(at);
    at += code === 0x16 ? 3 : 1;
  }
  return program.flatMap((instruction, i) => {
    const { code, jt, jf, k } = instruction;
    const moved = (distance: number) => starts[i + 1 + distance]! - starts[i]! - 1;
    if (code === 0x16)
      return [
        { code: 0x15, jt: 0, jf: 1, k: foretold },
        { code: 0x06, jt: 0, jf: 0, k: AS_FORETOLD },
        { code: 0x06, jt: 0, jf: 0, k: OTHERWISE },
      ];
    if (code === 0x06 && (k === AS_FORETOLD || k === OTHERWISE)) return [{ ...instruction, k: OTHERWISE + 1 }];
    if (code === 0x05) return [{ ...instruction, k: moved(k) }];
    return [(code & 7) === 5 ? { ...instruction, jt: moved(jt), jf: moved(jf) } : instruction];
  });
}

const text = (program: readonly ClassicInstruction[]) => program.map(shortText).join("\n");

describe.skipIf("missing" in opened)(`classic BPF beside the running kernel${missing}`, () => {
  let pair: FilteredPair;
  beforeAll(() => {
    pair = new FilteredPair(libc);
  });
  afterAll(() => pair.close());

  it("gives the same return values for random programs and packets", () => {
    // A UNIX socket's packets have no device, and metadata of 0; the processor and the random number cannot be foretold.
    const ancillary = [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 44, 48, 52, 60];
    const seen = { dropped: 0, constant: 0, a: 0 };
    const content = fc.oneof(
      fc.uint8Array({ minLength: 8, maxLength: 64 }),
      // Lists of netlink attributes, so that `nla` and `nlan` find some.
      fc
        .array(fc.tuple(fc.nat(3), fc.nat(8)), { minLength: 2, maxLength: 8 })
        .map((list) => Uint8Array.from(list.flatMap(([type, size]) => [size + 2, 0, type, 0, 4, 0, 1, 0, 8, 0, 2, 0]))),
    );
    fc.assert(
      fc.property(
        validProgram({ ancillary }),
        fc.array(content, { minLength: 1, maxLength: 3 }),
        (program, packets) => {
          for (const bytes of packets) {
            const packet = packetOf(bytes);
            const value = new ClassicInterpreter(program).run(packet);
            const exposed = exposing(program, value);
            const ours = new ClassicInterpreter(exposed).run(packet);
            if (ours === OTHERWISE) expect(value).toBe(OTHERWISE);
            expect(pair.attach(exposed), text(exposed)).toBe(0);
            expect(pair.pass(bytes), text(exposed)).toBe(Math.min(ours, bytes.length));
            if (ours === 0) seen.dropped++;
            else if (ours === AS_FORETOLD) seen.a++;
            else seen.constant++;
          }
        },
      ),
      { numRuns: 4000 },
    );
    // The comparison would prove nothing if all programs ended alike.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(300);
  });

  it("takes and refuses the same instruction lists", () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(anyProgram(), (program) => {
        const problems = checkClassic(program);
        const errno = pair.attach(program);
        expect(errno, `${text(program)}\n${problems[0]?.message}`).toBe(problems.length === 0 ? 0 : EINVAL);
        if (errno === 0) seen.taken++;
        else seen.refused++;
      }),
      { numRuns: 10000 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(1000);
  });

  it("agrees on every opcode of 10 bits, and on a sample of the rest", () => {
    const disagreed: number[] = [];
    for (let code = 0; code < 0x10000; code += code < 0x400 ? 1 : 37) {
      const program = [...assemble("st M[1]"), { code, jt: 0, jf: 0, k: 1 }, ...assemble("ret #1\nret #1")];
      if ((checkClassic(program).length === 0) !== (pair.attach(program) === 0)) disagreed.push(code);
    }
    expect(disagreed).toEqual([]);
  });

  it("agrees on every ancillary offset and around the bases of negative offsets", () => {
    const disagreed: number[] = [];
    const around = (k: number) => Array.from({ length: 200 }, (_, i) => (k - 100 + i) >>> 0);
    for (const k of [
      ...around(-0x1000),
      ...around(-0x10_0000),
      ...around(-0x20_0000),
      ...around(0),
      ...around(2 ** 31),
    ])
      for (const code of [0x20, 0x28, 0x30, 0x40, 0xb1]) {
        const program = [{ code, jt: 0, jf: 0, k }, ...assemble("ret #1")];
        if ((checkClassic(program).length === 0) !== (pair.attach(program) === 0)) disagreed.push(k);
      }
    expect(disagreed).toEqual([]);
  });

  describe("what the kernel cannot translate", () => {
    /** `count` instructions, then a jump or `last`, then a return. */
    const long = (line: string, count: number, last = "") =>
      assemble(`${`${line}\n`.repeat(count)}${last}\nend: ret #0`);
    it.each([
      // Each `ld [4]` becomes 14 instructions, and 7 stand at the beginning: 14 * 2340 + 7 = 32,767.
      { name: "a jump at 32,767 is the last that can be", have: long("ld [4]", 2340, "ja end"), want: 0 },
      { name: "a jump at 32,768 is too far", have: long("ld [4]", 2340, "tax\nja end"), want: EINVAL },
      { name: "so is a conditional one", have: long("ld [4]", 2340, "tax\njeq #1, end"), want: EINVAL },
      {
        name: "a large constant takes one more place before the jump",
        have: long("ld [4]", 2340, "jeq #0x80000000, end"),
        want: EINVAL,
      },
      {
        name: "a second jump takes one more too",
        have: long("ld [4]", 2340, "jset #1, ed, end\ned: tax"),
        want: EINVAL,
      },
      { name: "a long program without jumps", have: long("ld [4]", 4000), want: 0 },
      { name: "long distances", have: assemble(`ja end\n${"ld [4]\n".repeat(2341)}end: ret #0`), want: EINVAL },
      { name: "not so long ones", have: assemble(`ja end\n${"ld [4]\n".repeat(2340)}end: ret #0`), want: 0 },
      { name: "a constant jump behind header lengths", have: long("ldxb 4*([4]&0xf)", 1800, "ja end"), want: EINVAL },
      { name: "index loads", have: long("ld [x + 4]", 3640, "ja end"), want: 0 },
      { name: "one more index load", have: long("ld [x + 4]", 3641, "ja end"), want: EINVAL },
    ])("$name", ({ have, want }) => {
      expect(checkClassic(have).length === 0 ? 0 : EINVAL).toBe(want);
      // What can be translated may still be more than a socket's option memory (net.core.optmem_max) holds.
      const errno = pair.attach(have);
      expect(errno === ENOMEM ? 0 : errno).toBe(want);
    });
  });

  it.each([
    { name: "no instruction", count: 0, want: EINVAL },
    { name: "4096 instructions", count: 4096, want: 0 },
    { name: "4097 instructions", count: 4097, want: EINVAL },
  ])("$name", ({ count, want }) => {
    const program = Array.from({ length: count }, () => ({ code: 0x06, jt: 0, jf: 0, k: 1 }));
    expect(checkClassic(program).length === 0 ? 0 : EINVAL).toBe(want);
    expect(pair.attach(program)).toBe(want);
  });
});

const isRoot = process.getuid?.() === 0;
const absent = isRoot ? missing : " (skipped: needs root)";

describe.skipIf("missing" in opened || !isRoot)(
  `classic BPF beside AF_PACKET on a loopback of its own${absent}`,
  () => {
    const MARK = 0x8765_4321;
    let loopback: FilteredLoopback;
    beforeAll(() => {
      loopback = new FilteredLoopback(libc, MARK);
    });
    afterAll(() => loopback.close());

    const own = [0, 0, 0, 0, 0, 0];
    const from = [2, 0, 0, 0, 0, 1];
    const ip = (protocol: number) => [0x45, 0, 0, 60, 0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    const tcp = [0xc0, 0, 0, 22, 0, 0, 0, 1, 0, 0, 0, 0, 0x60, 2, 4, 0, 0, 0, 0, 0, 2, 4, 5, 0xb4];
    const udp = [0xc0, 0, 0, 53, 0, 40, 0, 0];
    const ip6 = [0x60, 0, 0, 0, 0, 40, 17, 64, ...new Array(15).fill(0), 1, 0xff, 2, ...new Array(13).fill(0), 1];
    const arp = [0, 1, 8, 0, 6, 4, 0, 1, ...from, 10, 0, 0, 1, ...own, 10, 0, 0, 2];
    const padding = new Array(40).fill(0).map((_, i) => i);
    /** `tag`: the VLAN tag that the kernel takes out of the frame on its way in. */
    const frames: { name: string; to: number[]; tag?: number[]; type: number[]; payload: number[]; pktType: number }[] =
      [
        { name: "TCP over IPv4 to the host", to: own, type: [8, 0], payload: [...ip(6), ...tcp], pktType: 0 },
        {
          name: "ARP to everybody (on loopback a group, as its broadcast address is all zeros)",
          to: [255, 255, 255, 255, 255, 255],
          type: [8, 6],
          payload: arp,
          pktType: 2,
        },
        {
          name: "UDP over IPv6 to a group",
          to: [0x33, 0x33, 0, 0, 0, 1],
          type: [0x86, 0xdd],
          payload: [...ip6, ...udp],
          pktType: 2,
        },
        {
          name: "UDP over IPv4 to another host",
          to: [2, 0, 0, 0, 0, 9],
          type: [8, 0],
          payload: [...ip(17), ...udp],
          pktType: 3,
        },
        {
          name: "with a VLAN tag",
          to: own,
          tag: [0x81, 0, 0xe0, 10],
          type: [8, 0],
          payload: [...ip(17), ...udp],
          pktType: 0,
        },
        {
          name: "with a service tag",
          to: own,
          tag: [0x88, 0xa8, 0, 7],
          type: [8, 0],
          payload: [...ip(6), ...tcp],
          pktType: 0,
        },
        { name: "of an unknown type", to: own, type: [0x12, 0x34], payload: [1, 2, 3], pktType: 0 },
      ];

    it.each(frames)("$name", ({ to, tag, type, payload, pktType }) => {
      const sent = Uint8Array.from([...to, ...from, ...(tag ?? []), ...type, ...payload, ...padding]);
      const seen = Uint8Array.from([...to, ...from, ...type, ...payload, ...padding]);
      const packet = packetOf(seen, {
        pktType,
        protocol: type[0]! * 256 + type[1]!,
        ifindex: 1,
        hatype: 772,
        mark: MARK,
        vlanTpid: tag === undefined ? 0 : tag[0]! * 256 + tag[1]!,
        vlanTci: tag === undefined ? 0 : tag[2]! * 256 + tag[3]!,
        vlanPresent: tag === undefined ? 0 : 1,
      });
      packet.macHeader = packet.data;
      packet.networkHeader = packet.data + 14;
      const { bytes, networkHeader, data, length, protocol } = packet;
      packet.payloadOffset = () => payloadOffset(bytes, networkHeader, data + length, protocol, data);

      const compare = (program: readonly ClassicInstruction[]) => {
        const exposed = exposing(program, new ClassicInterpreter(program).run(packet));
        const ours = new ClassicInterpreter(exposed).run(packet);
        // Whether a packet that does not come was dropped or is late, only waiting would tell.
        if (ours === 0) return;
        expect(loopback.attach(exposed), text(exposed)).toBe(0);
        expect(loopback.pass(sent), text(exposed)).toBe(Math.min(ours, seen.length));
      };
      const values = "proto type ifidx mark hatype vlan_tci vlan_avail vlan_tpid poff len queue rxhash".split(" ");
      for (const value of values) compare(assemble(`ld ${value}\nret a`));
      for (const offset of [-0x10_0000, -0x10_0000 + 9, -0x20_0000, -0x20_0000 + 12])
        compare(assemble(`ld [${offset}]\nret a`));
      const ancillary = [0, 4, 8, 12, 16, 20, 28, 40, 44, 48, 52, 60];
      fc.assert(fc.property(validProgram({ ancillary }), compare), { numRuns: 200 });
    });
  },
);
