import { writeFileSync } from "node:fs";
import { availableParallelism, release } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { assembleWithMaps, MAPS } from "../bpf/verifier/maps.ts";
import { PROGRAMS } from "../bpf/verifier/programs.ts";
import { FIXTURES, type Recorded, readRecorded, recordedFrom, recordedOf } from "../bpf/verifier/recorded.ts";
import { type Judge, kernelJudge } from "./verifier-judge.ts";

const SCHED_CLS = 3;
const missing = "missing" in kernelJudge ? kernelJudge.missing : undefined;
const isRecorded = release().startsWith("6.18.");

describe.skipIf(missing !== undefined)(`the verifier of this machine's kernel${missing ? ` (${missing})` : ""}`, () => {
  const judge = kernelJudge as Judge;
  const descriptors = new Map<string, number>();
  const answers: Record<string, Recorded> = {};

  beforeAll(() => {
    for (const [name, map] of Object.entries(MAPS)) descriptors.set(name, judge.createMap(map));
  });
  afterAll(() => {
    for (const descriptor of descriptors.values()) judge.close(descriptor);
    // RECORD=1 makes the fixtures anew.
    if (process.env.RECORD === "1") writeFileSync(FIXTURES, `${JSON.stringify(answers, null, 2)}\n`);
  });

  it.each(PROGRAMS)("agrees about $name", (program) => {
    const bytes = assembleWithMaps(program.text, (name) => descriptors.get(name)!);
    const { errno, log } = judge.judge(bytes, { ...program, type: program.type ?? SCHED_CLS });
    const answer = recordedFrom(errno, log);
    answers[program.name] = answer;
    const maps = new Map([...descriptors].map(([name, descriptor]) => [descriptor, MAPS[name]!]));
    const result = verify(bytes, {
      ...program,
      type: program.type ?? SCHED_CLS,
      maps,
      possibleCpus: availableParallelism(),
    });
    const have = recordedOf(result);
    expect(have.accepted).toBe(answer.accepted);
    if (!isRecorded) return;
    expect(have).toEqual(answer);
    if (process.env.RECORD !== "1") expect(readRecorded()[program.name]).toEqual(answer);
  });
});
