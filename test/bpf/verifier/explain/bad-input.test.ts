import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { decodeProgram } from "../../../../src/bpf/isa/decode.ts";
import { explain } from "../../../../src/bpf/verifier/explain/explain.ts";
import { findWitness } from "../../../../src/bpf/verifier/explain/witness/witness.ts";
import { explorePage } from "../../../../src/bpf/verifier/explore/page.ts";
import { UNPRIVILEGED } from "../../../../src/bpf/verifier/privileges.ts";
import { findNeeds, verdictOf } from "../../../../src/bpf/verifier/releases/loads-there.ts";
import { randomNumbers, randomProgram } from "../random-program.ts";

const PROGRAMS = 100;
const TYPES = ["sched_cls", "xdp", "socket_filter", "cgroup_skb", "kprobe"];

describe("explanations, pages and questions about releases", () => {
  it("come of any bytes", { timeout: 30_000 }, () => {
    const random = randomNumbers(11);
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      const { bytes } = assembleExtended(
        randomProgram({ context: { number: 8, packet: [76, 80] }, functions: 0.3, mayGoto: 0.05, plain: false, seed }),
      );
      for (let i = 0; i < seed % 4; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const type = TYPES[seed % TYPES.length]!;
      const options = { type, ...(seed % 7 === 0 ? { privileges: UNPRIVILEGED } : {}) };
      const refusal = explain(bytes, options);
      if (refusal !== undefined) {
        expect(refusal.explanation.suggestion).not.toBe("");
        findWitness(bytes, options, refusal);
      }
      const page = explorePage({ name: "random", bytes, options, type, sourceOf: () => undefined });
      if (page !== undefined) expect(/<svg.*<\/svg>/s.exec(page)![0]).not.toMatch(/NaN|Infinity|undefined/);
      verdictOf("4.19", findNeeds(bytes, decodeProgram(bytes), options));
    }
  });
});
