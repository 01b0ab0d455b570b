import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConvertedProgram } from "../../../../src/bpf/classic/convert/converted-program.ts";
import type { ClassicInstruction } from "../../../../src/bpf/classic/instruction.ts";
import { ClassicInterpreter } from "../../../../src/bpf/classic/interpreter.ts";
import { shortText } from "../../../../src/bpf/classic/listing.ts";
import type { ClassicPacket } from "../../../../src/bpf/classic/packet.ts";
import { BPF_ENGINES } from "../../../../src/bpf/vm/engine.ts";
import type { Environment } from "../../../../src/bpf/vm/environment.ts";
import { Jit } from "../../../../src/bpf/vm/jit/jit.ts";
import { Machine } from "../../../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../../../src/bpf/vm/memory.ts";
import { packetOf } from "../packets.ts";
import { assemble, validProgram } from "../programs.ts";

const PROGRAMS = Number(process.env.NETSIM_RANDOM_CLASSIC_PROGRAMS ?? 1000);
const HEADROOM = 32;
const LONGEST = 128;

const machine = new Machine(new LinearMemory());
const block = machine.memory.allocate(HEADROOM + LONGEST);

/** A packet in the machine's memory, its data behind some headroom. */
function packetIn(content: Uint8Array, fields: Partial<ClassicPacket> = {}): ClassicPacket {
  const { bytes } = machine.memory;
  bytes.fill(0xee, block, block + HEADROOM + LONGEST);
  const data = block + HEADROOM;
  bytes.set(content, data);
  return {
    ...packetOf(content),
    bytes,
    data,
    head: data - 14,
    networkHeader: data + 4,
    macHeader: data - 14,
    ...fields,
  };
}

const word = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, 1, 0x8000_0000, 0xffff_ffff));
const half = fc.integer({ min: 0, max: 0xffff });

/** Contents, and metadata as the kernel can have it: a packet with a VLAN tag has one of its protocols. */
const content = fc.uint8Array({ maxLength: LONGEST - 1 });
const fields = fc
  .record({
    protocol: half,
    pktType: fc.integer({ min: 0, max: 7 }),
    ifindex: fc.constantFrom(0, 1, 0x7fff_ffff),
    hatype: half,
    mark: word,
    queue: half,
    hash: word,
    cpu: fc.integer({ min: 0, max: 255 }),
    tag: fc.option(fc.record({ vlanTci: half, vlanTpid: fc.constantFrom(0x8100, 0x88a8) })),
    payload: word,
    chance: word,
  })
  .map(({ tag, payload, chance, ...more }) => ({
    ...more,
    vlanTci: tag?.vlanTci ?? 0,
    vlanTpid: tag?.vlanTpid ?? 0,
    vlanPresent: tag === null ? 0 : 1,
    payloadOffset: () => payload,
    random: () => chance,
  }));

const text = (program: readonly ClassicInstruction[]) => program.map(shortText).join("\n");

/** Converted programs come from checked ones, so that the simulator trusts them. */
const jit = new Jit();
const TRUSTING = {
  name: "jit that trusts it",
  load: (program: Uint8Array, environment: Environment) => jit.load(program, environment),
};

const WAYS = [...BPF_ENGINES, TRUSTING].flatMap((engine) =>
  (["kernel", "instructions"] as const).map((loads) => ({ ...engine, loads })),
);

describe.each(WAYS)("a converted program on the $name, loads as $loads", ({ load, loads }) => {
  it(`gives what the classic interpreter gives (${PROGRAMS} programs; NETSIM_RANDOM_CLASSIC_PROGRAMS says how many)`, {
    timeout: 600_000,
  }, () => {
    let returned = 0;
    fc.assert(
      fc.property(
        validProgram(),
        fc.array(fc.tuple(content, fields), { minLength: 1, maxLength: 4 }),
        (program, packets) => {
          const reference = new ClassicInterpreter(program);
          const converted = new ConvertedProgram(program, machine, load, loads);
          for (const [bytes, metadata] of packets) {
            const packet = packetIn(bytes, metadata);
            const want = reference.run(packet);
            const got = converted.run(packet);
            if (want !== 0) returned++;
            if (got !== want) expect.fail(`${got} instead of ${want} from\n${text(program)}`);
          }
          converted.release();
        },
      ),
      { numRuns: PROGRAMS },
    );
    expect(returned).toBeGreaterThan(PROGRAMS / 4);
  });

  const run = (source: string, fields: Partial<ClassicPacket>, bytes = [1, 2, 3, 4]) => {
    const converted = new ConvertedProgram(assemble(source), machine, load, loads);
    const packet = packetIn(Uint8Array.from(bytes), fields);
    const got = converted.run(packet);
    converted.release();
    return got;
  };

  it.each([
    ["proto", { protocol: 0x86dd }, 0x86dd],
    ["type", { pktType: 4 }, 4],
    ["ifidx", { ifindex: 3 }, 3],
    ["mark", { mark: 0xfedc_ba98 }, 0xfedc_ba98],
    ["queue", { queue: 0xfffe }, 0xfffe],
    ["hatype", { ifindex: 1, hatype: 772 }, 772],
    ["rxhash", { hash: 0x8000_0001 }, 0x8000_0001],
    ["cpu", { cpu: 3 }, 3],
    ["vlan_tci", { vlanTci: 0x2007, vlanTpid: 0x8100 }, 0x2007],
    ["vlan_avail", { vlanTci: 0, vlanTpid: 0x8100 }, 1],
    ["vlan_avail", {}, 0],
    ["vlan_tpid", { vlanTpid: 0x88a8 }, 0x88a8],
    ["poff", { payloadOffset: () => 54 }, 54],
    ["rand", { random: () => 0xdead_beef }, 0xdead_beef],
    ["len", {}, 4],
  ] as [string, Partial<ClassicPacket>, number][])("loads %s of %o", (name, fields, want) => {
    expect(run(`ld ${name}\nret a`, fields)).toBe(want);
  });

  it("ends with A where a device is asked for that is not there", () => {
    expect(run("ld #7\nld ifidx\nret #1", { ifindex: 0 })).toBe(7);
    expect(run("ld #8\nld hatype\nret #1", { ifindex: 0 })).toBe(8);
  });

  it("ends with 0 where a load reaches outside", () => {
    for (const load of ["ld [1]", "ldh [3]", "ldb [4]", "ld [0x7fffffff]", "ldxb 4*([4]&0xf)", "ldx #2\nld [x + 0]"])
      expect(run(`ld #9\n${load}\nret #1`, {}), load).toBe(0);
  });

  it("loads far into a packet", () => {
    const far = machine.memory.allocate(40_000);
    machine.memory.bytes[far + 39_000] = 0x5a;
    const converted = new ConvertedProgram(assemble("ldb [39000]\nret a"), machine, load, loads);
    expect(
      converted.run({
        ...packetIn(new Uint8Array(0)),
        bytes: machine.memory.bytes,
        data: far,
        head: far,
        length: 40_000,
      }),
    ).toBe(0x5a);
  });

  it("finds netlink attributes", () => {
    const attributes = [8, 0, 1, 0, 1, 2, 3, 4, 8, 0, 5, 0, 9, 9, 9, 9];
    expect(run("ld #0\nldx #5\nld nla\nret a", {}, attributes)).toBe(8);
    expect(run("ld #0\nldx #6\nld nla\nret a", {}, attributes)).toBe(0);
  });

  it("refuses a packet that lies elsewhere", () => {
    const converted = new ConvertedProgram(assemble("ret #1"), machine, load, loads);
    expect(() => converted.run(packetOf([1]))).toThrow(RangeError);
  });
});
