import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { simulatedTypes } from "../../src/bpf/object/simulated/simulated-types.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { runTopology } from "../../src/index.ts";
import type { RunResult } from "../../src/run/result.ts";
import { scratch } from "../scratch.ts";
import { COUNTING_NETWORK, counting } from "./counting-network.ts";
import { ACCEPTED, REFUSED, type TypedProgram } from "./typed-programs.ts";

async function run({ hook, target, load }: TypedProgram, engine: string, more = ""): Promise<RunResult> {
  const text = `${COUNTING_NETWORK}programs:\n  counts:\n    extended: |${counting(load.join("\n      "))}
tracing:\n  - { program: counts, ${hook}: ${target}${more} }\n`;
  return runTopology(scratch({ "topology.yaml": text }), { engine });
}

describe.each(["interpreter", "jit"])("pointers that types lead along, with %s", (engine) => {
  it.each(ACCEPTED)("at $hook of $target: $name", async ({ want, node, ...program }) => {
    const { maps } = await run(program, engine, node === undefined ? "" : `, node: ${node}`);
    const { entries } = maps.find(({ name }) => name === "seen")!;
    expect(Object.fromEntries(entries.map(({ key, value }) => [String(key), value]))).toEqual(want);
  });
});

describe("what nobody may do with such pointers", () => {
  it.each(REFUSED)("at $hook of $target: $name", async (program) => {
    const { bytes } = assembleExtended(["r9 = r1", ...program.load, "r0 = 0", "exit"].join("\n"), { complete: true });
    const { error } = verify(bytes, {
      type: "tracing",
      expectedAttachType: { "tp-btf": 23, fentry: 24, fexit: 25 }[program.hook],
      attachTarget: program.target,
      kernelTypes: simulatedTypes(),
    });
    const failure = await run(program, "interpreter").then(
      () => [],
      ({ diagnostics }) => diagnostics,
    );
    expect(failure).toMatchObject([
      { message: `The kernel would refuse program 'counts' as tracing: ${error?.message}.` },
    ]);
  });
});
