import { availableParallelism } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import { verdictErrno } from "../../src/bpf/syscall/verdict-errno.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { assembleWithMaps, MAPS } from "../bpf/verifier/maps.ts";
import { PROGRAMS } from "../bpf/verifier/programs.ts";
import { readRecorded } from "../bpf/verifier/recorded.ts";
import { type Judge, kernelJudge } from "./verifier-judge.ts";

const SCHED_CLS = 3;
const missing = "missing" in kernelJudge ? kernelJudge.missing : undefined;

describe.skipIf(missing !== undefined)(`error numbers of refused programs${missing ? ` (${missing})` : ""}`, () => {
  const judge = kernelJudge as Judge;
  const descriptors = new Map<string, number>();
  afterAll(() => {
    for (const descriptor of descriptors.values()) judge.close(descriptor);
  });

  it("are the kernel's, whatever it is that the verifier refuses", () => {
    for (const [name, map] of Object.entries(MAPS)) descriptors.set(name, judge.createMap(map));
    const maps = new Map([...descriptors].map(([name, descriptor]) => [descriptor, MAPS[name]!]));
    const want: Record<string, string> = {};
    const have: Record<string, string> = {};
    const recorded = readRecorded();
    for (const program of PROGRAMS) {
      if (recorded[program.name]?.accepted === true) continue;
      const bytes = assembleWithMaps(program.text, (name) => descriptors.get(name)!);
      const options = { ...program, type: program.type ?? SCHED_CLS };
      const { error } = verify(bytes, { ...options, maps, possibleCpus: availableParallelism() });
      if (error === undefined || error.category === "unsupported") continue;
      want[program.name] = `${-judge.judge(bytes, options).errno} ${error.lines.join("; ")}`;
      have[program.name] = `${verdictErrno(error)} ${error.lines.join("; ")}`;
    }
    expect(Object.keys(want).length).toBeGreaterThan(100);
    expect(have).toEqual(want);
  });
});
