import { availableParallelism, release } from "node:os";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Bpf } from "../../src/bpf/bpf.ts";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { errnoName } from "../../src/bpf/maps/errno.ts";
import { MAP_TYPES } from "../../src/bpf/maps/map-type.ts";
import type { ContextField } from "../../src/bpf/program-type/context-layout.ts";
import { SK_BUFF_BYTES } from "../../src/bpf/program-type/offsets.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import type { TestRunInput } from "../../src/bpf/test-run/test-context.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { SimulatedBpf } from "../../src/simulated-bpf.ts";
import { helperSteps } from "./helper-steps.ts";
import { running } from "./running.ts";

/** Runs of each type; NETSIM_PROGRAMS asks for more. */
const RUNS = Number(process.env.NETSIM_PROGRAMS ?? 400);

const missing =
  "missing" in running
    ? running.missing
    : release().startsWith("6.18.")
      ? undefined
      : `Linux ${release()} is not the release that bpf(2) follows here`;

const SLEEPABLE = 16;
const IPV4_TO_LOOPBACK = "0000000000000000000000000800450000280000000040110000c0a80001c0a80002";

interface Kind {
  readonly type: string;
  readonly attachType?: number;
  readonly flags?: number;
  /** What a program may return at most. */
  readonly most?: number;
  /** Bytes of the context. */
  readonly context: number;
  /** Words of it that may be given, by their offsets; others are given too, now and then. */
  readonly words: readonly number[];
  /** Offsets of the addresses of its packet's ends. */
  readonly packet?: readonly [begin: number, end: number];
  readonly isWritable?: true;
  readonly data?: false;
}

const SK_BUFF = { context: SK_BUFF_BYTES, words: [8, 32, 36, 48, 52, 64, 152, 156, 160, 164, 176, 184] } as const;
const KINDS: readonly Kind[] = [
  { type: "socket_filter", ...SK_BUFF },
  { type: "sched_cls", ...SK_BUFF, packet: [76, 80], isWritable: true },
  { type: "sched_act", ...SK_BUFF, packet: [76, 80], isWritable: true },
  { type: "cgroup_skb", ...SK_BUFF, packet: [76, 80], most: 1 },
  { type: "cgroup_skb", ...SK_BUFF, packet: [76, 80], most: 3, attachType: 1 },
  { type: "lwt_in", ...SK_BUFF, packet: [76, 80] },
  { type: "lwt_out", ...SK_BUFF, packet: [76, 80] },
  { type: "lwt_xmit", ...SK_BUFF, packet: [76, 80], isWritable: true },
  { type: "xdp", context: 24, words: [0, 4], packet: [0, 4], isWritable: true },
  { type: "flow_dissector", context: 56, words: [48], packet: [76, 80] },
  {
    type: "sk_lookup",
    attachType: 36,
    most: 1,
    data: false,
    context: 72,
    words: [12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60],
  },
  { type: "netfilter", attachType: 45, most: 1, context: 48, words: [] },
  { type: "raw_tracepoint", data: false, context: 96, words: [0, 4, 8, 40, 92] },
  { type: "syscall", flags: SLEEPABLE, data: false, context: 64, words: [0, 4, 8, 40, 60] },
];

/** A step of a program whose accumulator is R7, its context R6. */
type Step = string;

const READS = ["socket_filter", "sched_cls", "sched_act"];

function stepsOf({ type, packet, isWritable, attachType = 0 }: Kind): fc.Arbitrary<Step> {
  const mix = "r7 *= 31\nr7 += r1";
  const mine = ({ attachTypes }: ContextField) => attachTypes?.includes(attachType) ?? true;
  const { context } = findProgramType(type)!;
  const fields = context.fields.filter((field) => field.value === "scalar" && mine(field));
  const readable = fields.flatMap(({ offset, size, access }) => {
    if (access === "bytes") {
      const whole = Math.min(size, 64);
      return Array.from({ length: whole / 4 }, (_, i) => `r1 = *(u32 *)(r6 + ${offset + 4 * i})\n${mix}`);
    }
    return [`r1 = *(u${size * 8} *)(r6 + ${offset})\n${mix}`];
  });
  const writable = fields.flatMap(({ writable, offset, size, access, name }) => {
    // What the kernel does not take of numbers that are too large for a queue is compared elsewhere.
    if (!writable || name === "queue_mapping") return [];
    return access === "bytes"
      ? [`*(u32 *)(r6 + ${offset + 4}) = r7`, `*(u8 *)(r6 + ${offset + 1}) = r7`]
      : [`*(u${size * 8} *)(r6 + ${offset}) = r7`];
  });
  const steps: Step[] = [...readable, ...writable];
  const calling = helperSteps(type);
  if (READS.includes(type)) steps.push(...[0, 3, 12, 30, 70].map((at) => `r0 = *(u16 *)skb[${at}]\nr7 ^= r0`));
  if (packet !== undefined) {
    const [begin, end] = packet;
    for (const at of [0, 1, 13, 40, 200])
      for (const then of [
        "r1 = *(u8 *)(r2 + 0)\nr7 *= 7\nr7 += r1",
        ...(isWritable === true ? ["*(u8 *)(r2 + 0) = r7"] : []),
      ])
        steps.push(
          `r2 = *(u32 *)(r6 + ${begin})\nr3 = *(u32 *)(r6 + ${end})\nr2 += ${at}\nr4 = r2\nr4 += 1\nif r4 > r3 goto pc+${then.split("\n").length}\n${then}`,
        );
  }
  if (type === "xdp")
    steps.push(
      "r2 = *(u32 *)(r6 + 8)\nr3 = *(u32 *)(r6 + 0)\nr4 = r2\nr4 += 4\nif r4 > r3 goto pc+3\nr1 = *(u32 *)(r2 + 0)\nr7 += r1\n*(u32 *)(r2 + 0) = r7",
    );
  if (type === "flow_dissector")
    for (const at of [0, 2, 4, 8, 10, 12, 20, 48, 52])
      steps.push(
        `r2 = *(u64 *)(r6 + 144)\n*(u16 *)(r2 + ${at}) = r7`,
        `r2 = *(u64 *)(r6 + 144)\nr1 = *(u16 *)(r2 + ${at})\n${mix}`,
      );
  if (context.name === "__sk_buff" && type !== "flow_dissector")
    // The queue, at 76, is not among them: a read of its 32 bits gives a -1 of 64 bits in Linux.
    for (const at of [4, 24, 28, 40, 44, 52, 56, 68, 72])
      steps.push(`r2 = *(u64 *)(r6 + 168)\nif r2 == 0 goto pc+3\nr1 = *(u32 *)(r2 + ${at})\nr7 *= 31\nr7 += r1`);
  const plain = fc.constantFrom(...(steps.length === 0 ? ["r7 += 5"] : steps));
  return calling.length === 0 ? plain : fc.oneof(plain, fc.constantFrom(...calling));
}

const programOf = (kind: Kind): fc.Arbitrary<string> =>
  fc.array(stepsOf(kind), { maxLength: 8 }).map(
    (steps) => `r6 = r1\nr7 = 1\n${steps.join("\n")}
      r1 = map[fd:MAP][0]+0
      r2 = *(u64 *)(r1 + 0)
      r2 *= 3
      r2 += r7
      *(u64 *)(r1 + 0) = r2
      r0 = r7
      ${kind.most === undefined ? "" : `r0 &= ${kind.most}`}
      exit`,
  );

const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 9 }).map((it) => it);

const LENGTHS = [0, 13, 14, 19, 20, 33, 34, 53, 54, 60, 61, 100, 256, 3520, 3521, 3712, 3713, 4096, 4097, 8000];
const ETHERTYPES = [0x0800, 0x86dd, 0x0806, 0x0000, 0x05ff, 0x0600, 0x9000];

function dataOf({ type, data }: Kind): fc.Arbitrary<Uint8Array | undefined> {
  const frames = fc
    .record({
      length: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(34, 54, 60, 61, 100, 256) },
        fc.constantFrom(...LENGTHS),
      ),
      ethertype: fc.constantFrom(...ETHERTYPES),
      seed: fc.nat(255),
      destination: fc.constantFrom(0, 1, 2, 0xff),
    })
    .map(({ length, ethertype, seed, destination }) => {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + seed) & 0xff);
      bytes.fill(destination, 0, 6);
      if (length >= 14) bytes.set([ethertype >> 8, ethertype & 0xff], 12);
      return bytes;
    });
  if (data === false)
    return fc.option(frames, { nil: undefined, freq: 1 }).map((it) => (it?.[20] === 1 ? it : undefined));
  return type === "netfilter" ? frames : frames;
}

function contextOf({ type, context, words }: Kind): fc.Arbitrary<Uint8Array | undefined> {
  const small = fc.constantFrom(1, 2, 5, 0xff, 0x1234, 0x10000, 0xdead_beef);
  const length = fc.oneof(
    { weight: 12, arbitrary: fc.constant(context) },
    fc.constantFrom(4, 8, 13, 40, context - 1, context + 1, context + 100, 4096, 4097),
  );
  const set = fc.array(fc.tuple(fc.constantFrom(...(words.length === 0 ? [0] : words)), small), { maxLength: 4 });
  const stray = rarely(fc.tuple(fc.nat(30), small)).map((it) => (it?.[0] === 3 ? it : undefined));
  const strayAt = fc.nat(Math.max(context / 4, 1));
  return fc.option(
    fc.record({ length, set, stray, strayAt, flag: fc.nat(1000) }).map(({ length, set, stray, strayAt, flag }) => {
      const bytes = Buffer.alloc(length);
      const write = (at: number, value: number) => at + 4 <= length && bytes.writeUInt32LE(value, at);
      for (const [at, value] of words.length === 0 ? [] : set) write(at, value);
      if (type === "sk_lookup") {
        write(8, flag % 9 === 0 ? flag : flag % 2 === 0 ? 2 : 10);
        write(60, flag % 50 === 0 ? 0x1_0000 : flag);
      }
      if (type === "xdp") {
        write(0, [0, 0, 4, 8, 212, 216, 220, 3][flag % 8]!);
        write(4, [60, 60, 256, 54, 14, 13, 3520, 8000][(flag >> 3) % 8]!);
        write(12, flag % 7 === 0 ? 1 : flag % 31 === 0 ? 99_999 : 0);
      }
      if (type === "netfilter") write(0, [0, 1, 2, 3, 3, 4, 200][flag % 7]! | ([2, 10, 2, 7][(flag >> 3) % 4]! << 8));
      if (type !== "xdp" && type !== "sk_lookup" && context === 192 && flag % 11 === 0)
        write(40, flag % 2 === 0 ? 1 : 99_999);
      if (context === 192 && flag % 4 === 1) {
        write(176, [1, 4, 100, 1448, 0xffff][flag % 5]!);
        write(164, flag % 3);
      }
      if (context === 192 && flag % 3 === 0) write(160, [60, 100, 65_536, 65_537, 20][flag % 5]!);
      if (stray !== undefined) write(4 * strayAt, stray[1]);
      return Uint8Array.from(bytes);
    }),
    { nil: undefined, freq: 5 },
  );
}

const NEVER_ASKED = ["raw_tracepoint", "syscall"];

function inputOf(kind: Kind): fc.Arbitrary<TestRunInput> {
  const asked = fc.nat(60);
  return fc.record(
    {
      data: dataOf(kind),
      context: contextOf(kind),
      repeat: NEVER_ASKED.includes(kind.type) ? asked.map((n) => (n === 1 ? 2 : 0)) : fc.nat(3),
      flags: asked.map((n) => (n < 5 ? [1, 4, 4, 8, 5][n]! : 0)),
      cpu: asked.map((n) => (n < 2 ? [1, 9999][n]! : 0)),
      batchSize: asked.map((n) => (n === 0 ? 1 : 0)),
      dataRoom: asked.map((n) => (n < 3 ? [0, 10, 5000][n] : undefined)),
      contextRoom: asked.map((n) => (n < 4 ? [0, 10, 300, 192][n] : undefined)),
    },
    { requiredKeys: ["data", "context"] },
  ) as fc.Arbitrary<TestRunInput>;
}

/** The same without a checksum of the whole packet, which is not kept where helpers change it. */
const forHelpers = (input: TestRunInput): TestRunInput => ({ ...input, flags: 0 });

/** The context behind the run is one that the kernel gives. */
const isAskedFor = ({ type }: Kind, { contextRoom }: TestRunInput): boolean =>
  type !== "netfilter" && (contextRoom !== 0 || NEVER_ASKED.includes(type));

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe.skipIf(missing !== undefined)(`BPF_PROG_TEST_RUN${missing ? ` (${missing})` : ""}`, () => {
  const { maps, programs } = running as Kernel;
  const map = { type: MAP_TYPES.array, keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 };
  const theirMap = missing === undefined ? maps.createMap(map) : -1;
  const KEY = new Uint8Array(4);
  afterAll(() => {
    if (theirMap >= 0) maps.close(theirMap);
  });

  it.each(
    KINDS.map(
      (kind) => [`${kind.type}${kind.attachType === undefined ? "" : ` for ${kind.attachType}`}`, kind] as const,
    ),
  )("gives programs of type %s what Linux gives them: value, data, context, maps and error numbers", (_, kind) => {
    const type = findProgramType(kind.type)!.number;
    let ran = 0;
    fc.assert(
      fc.property(programOf(kind), fc.array(inputOf(kind), { minLength: 4, maxLength: 4 }), (text, inputs) => {
        const bpf = new SimulatedBpf({ possibleCpus: availableParallelism() });
        const ourMap = bpf.createMap(map);
        const bytes = (descriptor: number) => assembleExtended(text.replaceAll("MAP", String(descriptor))).bytes;
        const { attachType = 0, flags = 0 } = kind;
        const ours = bpf.loadProgram({ type, instructions: bytes(ourMap), license: "GPL", attachType, flags });
        const theirs = programs.load(bytes(theirMap), { type, expectedAttachType: attachType, flags });
        expect(ours.descriptor, ours.log).toBeGreaterThan(0);
        expect(theirs.descriptor, theirs.log).toBeGreaterThan(0);
        try {
          maps.update(theirMap, KEY, new Uint8Array(8));
          for (const asked of inputs) {
            const input = text.includes("call ") ? forHelpers(asked) : asked;
            const room = NEVER_ASKED.includes(kind.type) && input.contextRoom === undefined ? { contextRoom: 0 } : {};
            const want = programs.testRun(theirs.descriptor, { ...input, ...room });
            const have = bpf.testRun(ours.descriptor, input);
            if (typeof want === "number" || typeof have === "number")
              expect(typeof have === "number" ? errnoName(have) : have).toEqual(
                typeof want === "number" ? errnoName(want) : want,
              );
            else {
              ran++;
              expect({ value: have.returnValue, data: hex(have.data), context: hex(have.context) }).toEqual({
                value: want.returnValue,
                data: hex(want.data),
                context: isAskedFor(kind, input) ? hex(want.context) : "",
              });
            }
            expect(bpf.lookup(ourMap, KEY)).toEqual(maps.lookup(theirMap, KEY));
          }
        } finally {
          programs.close(theirs.descriptor);
        }
      }),
      { numRuns: RUNS / 4, seed: 8 },
    );
    expect(ran).toBeGreaterThan(RUNS / 5);
  });

  it.each(["kprobe", "sock_ops", "lwt_seg6local", "raw_tracepoint_writable", "cgroup_sock", "perf_event", "sk_skb"])(
    "does not take %s",
    (name) => {
      const bpf = new Bpf();
      const instructions = assembleExtended("r0 = 0\nexit").bytes;
      const { number } = findProgramType(name)!;
      const ours = bpf.loadProgram({ type: number, instructions, license: "GPL" }).descriptor;
      const theirs = programs.load(instructions, { type: number, expectedAttachType: name === "cgroup_sock" ? 2 : 0 });
      const data = Buffer.from(IPV4_TO_LOOPBACK, "hex");
      const want = programs.testRun(theirs.descriptor, { data });
      programs.close(theirs.descriptor);
      expect(bpf.testRun(ours, { data })).toBe(want);
      expect(want).toBeLessThan(0);
    },
  );
});
