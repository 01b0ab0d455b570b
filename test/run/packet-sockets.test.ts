import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { simulatedTypes } from "../../src/bpf/object/simulated/simulated-types.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { runTopology } from "../../src/index.ts";
import { scratch } from "../scratch.ts";
import { COUNTING_NETWORK, counting } from "./counting-network.ts";
import { ACCEPTED, REFUSED, type SocketProgram } from "./packet-sockets.ts";

const network = ({ at, load }: SocketProgram) => {
  const address = at === "egress" ? "10.0.0.1" : "10.0.0.2";
  const device = `interfaces: { eth0: { address: ${address}/24 } }`;
  const control = `tc: { eth0: { ${at}: [{ program: counts, direct-action: true }] } }`;
  const text = COUNTING_NETWORK.replace(device, device + (at === "egress" ? ", " : "\n    ") + control);
  return `${text}programs:\n  counts:\n    extended: |${counting(load.join("\n      "))}\n`;
};

describe.each(["interpreter", "jit"])(
  "sockets of the kernel's own types for programs on packets, with %s",
  (engine) => {
    it.each(ACCEPTED)("$name", async ({ want, ...program }) => {
      const { maps } = await runTopology(scratch({ "topology.yaml": network(program) }), { engine });
      const { entries } = maps.find(({ name }) => name === "seen")!;
      expect(Object.fromEntries(entries.map(({ key, value }) => [String(key), value]))).toEqual(want);
    });
  },
);

describe("what programs on packets may not do with sockets", () => {
  it.each(REFUSED)("$name", async (program) => {
    const { bytes } = assembleExtended(["r9 = r1", ...program.load, "r0 = 0", "exit"].join("\n"), { complete: true });
    const { error } = verify(bytes, { type: "sched_cls", kernelTypes: simulatedTypes() });
    const failure = await runTopology(scratch({ "topology.yaml": network(program) })).then(
      () => [],
      ({ diagnostics }) => diagnostics,
    );
    expect(failure).toMatchObject([
      { message: expect.stringMatching(/^The kernel would refuse program 'counts' as sched_cls: /) },
    ]);
    expect(failure[0].message).toContain(error!.message);
  });
});
