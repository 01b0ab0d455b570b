import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { SK_BUFF_CONTEXT, TEST_CONTEXTS } from "../../../../src/bpf/test-run/context.ts";
import { ExtendedTestProgram } from "../../../../src/bpf/test-run/test-program.ts";
import { explain } from "../../../../src/bpf/verifier/explain/explain.ts";
import { findWitness, type Witness } from "../../../../src/bpf/verifier/explain/witness/witness.ts";
import { BPF_ENGINES } from "../../../../src/bpf/vm/engine.ts";
import { ProgramFault } from "../../../../src/bpf/vm/program-fault.ts";
import { assembleWithMaps, descriptorOfMap, MAPS_BY_DESCRIPTOR } from "../maps.ts";
import { randomProgram } from "../random-program.ts";

function witnessOf(text: string, type = "sched_cls"): Witness | undefined {
  const bytes = assembleWithMaps(text, descriptorOfMap);
  const options = { type, maps: /map\[/.test(text) ? MAPS_BY_DESCRIPTOR : new Map() };
  return findWitness(bytes, options, explain(bytes, options)!);
}

const PACKET = "r2 = *(u32 *)(r1 + 76)\nr3 = *(u32 *)(r1 + 80)\nr4 = r2\nr4 += 34\nif r4 > r3 goto out";
const END = "out: r0 = 0\nexit";

describe("a witness", () => {
  it("is a packet that takes the path", () => {
    const text = `${PACKET}\nr5 = *(u16 *)(r2 + 12)\nif r5 != 8 goto out\nr5 = *(u8 *)(r2 + 23)\nif r5 != 6 goto out\nr0 = *(u8 *)(r2 + 34)\n${END}`;
    const { packet, length } = witnessOf(text)!;
    expect(length).toBe(34);
    expect([packet.slice(24, 28), packet.slice(46, 48)]).toEqual(["0800", "06"]);
  });

  it("makes an offset from the packet as large as the path lets it be", () => {
    const text = `${PACKET}\nr5 = *(u8 *)(r2 + 14)\nr5 &= 15\nr5 <<= 2\nif r5 < 20 goto out\nr2 += 14\nr2 += r5\nr0 = *(u16 *)(r2 + 2)\n${END}`;
    const witness = witnessOf(text)!;
    expect(Number.parseInt(witness.packet.slice(28, 30), 16) & 15).toBe(15);
    expect(witness.length).toBeLessThan(14 + 60 + 4);
  });

  it("is a random number where that decides", () => {
    const text = `${PACKET}\nr6 = r2\ncall 7\nif r0 != 0x1234 goto out\nr0 = *(u8 *)(r6 + 34)\n${END}`;
    expect(witnessOf(text)).toMatchObject({ length: 34, random: [0x1234] });
  });

  it("is skb->len and skb->protocol where they decide", () => {
    const text = `r5 = *(u32 *)(r1 + 16)\nif r5 != 0xdd86 goto out\nr5 = *(u32 *)(r1 + 0)\nif r5 < 60 goto out\n${PACKET}\nr0 = *(u8 *)(r2 + 70)\n${END}`;
    expect(witnessOf(text)).toMatchObject({ length: 70 });
  });

  it("is a look-up that finds nothing", () => {
    const text =
      "*(u64 *)(r10 - 8) = 7\nr2 = r10\nr2 += -8\nr1 = map[hash]\ncall 1\nr0 = *(u64 *)(r0 + 0)\nr0 = 0\nexit";
    expect(witnessOf(text)?.fault).toContain("a null pointer");
  });

  it.each([
    ["a program of a type that is not run here", "r0 = *(u8 *)(r1 + 500)\nexit", "cgroup_sock"],
    ["what faults nowhere", "r0 = *(u64 *)(r10 - 8)\nr1 = r5\nexit", "xdp"],
    [
      "a path that no packet takes",
      `${PACKET}\nr5 = *(u8 *)(r2 + 14)\nif r5 != 3 goto out\nr6 = *(u8 *)(r2 + 14)\nif r6 != 4 goto out\nr0 = *(u8 *)(r2 + 34)\n${END}`,
      "sched_cls",
    ],
  ])("is not given for %s", (_, text, type) => {
    expect(witnessOf(text, type)).toBeUndefined();
  });

  it("really faults at the refused instruction, for random programs", () => {
    let shown = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const { bytes } = assembleExtended(
        randomProgram({ context: { number: 8, packet: [76, 80] }, functions: 0.2, mayGoto: 0, plain: true, seed }),
      );
      const refusal = explain(bytes, { type: "sched_cls" });
      const witness = refusal === undefined ? undefined : findWitness(bytes, { type: "sched_cls" }, refusal);
      if (witness === undefined) continue;
      shown++;
      const random = [...(witness.random ?? [])];
      const program = new ExtendedTestProgram(bytes, TEST_CONTEXTS.sched_cls ?? SK_BUFF_CONTEXT, BPF_ENGINES[0]!, {
        nanoseconds: () => 0n,
        random: () => random.shift() ?? 0,
      });
      const packet = Uint8Array.from(Buffer.from(witness.packet, "hex"));
      const protocol = packet.length < 14 ? 0 : (packet[12]! << 8) | packet[13]!;
      program.give({ bytes: packet, protocol, networkOffset: Math.min(14, packet.length) });
      let fault: unknown;
      try {
        program.run();
      } catch (error) {
        fault = error;
      }
      expect(fault, `seed ${seed}`).toBeInstanceOf(ProgramFault);
      expect((fault as ProgramFault).instruction, `seed ${seed}`).toBe(refusal!.error.instruction);
    }
    expect(shown).toBeGreaterThan(5);
  });
});
