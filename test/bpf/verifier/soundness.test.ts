import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../src/bpf/isa/assembler/assemble.ts";
import { SK_BUFF_CONTEXT, TEST_CONTEXTS } from "../../../src/bpf/test-run/context.ts";
import { ExtendedTestProgram } from "../../../src/bpf/test-run/test-program.ts";
import { verify } from "../../../src/bpf/verifier/verify.ts";
import { BPF_ENGINES } from "../../../src/bpf/vm/engine.ts";
import { randomNumbers, randomProgram } from "./random-program.ts";

/** NETSIM_PROGRAMS asks for more. */
const PROGRAMS = Number(process.env.NETSIM_PROGRAMS ?? 1500);
const FIRST_SEED = Number(process.env.NETSIM_SEED ?? 1);
const PACKETS = 8;

const KINDS = [
  { type: "sched_cls", context: { number: 8, packet: [76, 80] as const }, functions: 0.3, mayGoto: 0.02 },
  { type: "xdp", context: { number: 16, packet: [0, 4] as const }, functions: 0.3, mayGoto: 0.02 },
];

describe("what the verifier accepts never faults", () => {
  it.each(KINDS)("random programs of type $type on random packets", ({ type, ...options }) => {
    let accepted = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + PROGRAMS; seed++) {
      const { bytes } = assembleExtended(randomProgram({ ...options, plain: true, seed }));
      if (!verify(bytes, { type }).accepted) continue;
      accepted++;
      const random = randomNumbers(seed);
      const program = new ExtendedTestProgram(bytes, TEST_CONTEXTS[type] ?? SK_BUFF_CONTEXT, BPF_ENGINES[0]!, {
        nanoseconds: () => BigInt(Math.floor(random() * 2 ** 40)),
        random: () => Math.floor(random() * 2 ** 32),
      });
      for (let i = 0; i < PACKETS; i++) {
        const packet = Uint8Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256));
        program.give({ bytes: packet, protocol: 0x0800, networkOffset: 14 });
        expect(() => program.run(), `seed ${seed}, packet of ${packet.length} bytes`).not.toThrow();
      }
    }
    expect(accepted).toBeGreaterThan(PROGRAMS / 50);
  });
});
