import { writeFileSync } from "node:fs";
import { availableParallelism, release } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { UNPRIVILEGED } from "../../src/bpf/verifier/privileges.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { assembleWithMaps, MAPS } from "../bpf/verifier/maps.ts";
import { PROGRAMS } from "../bpf/verifier/programs.ts";
import {
  FIXTURES,
  type Recorded,
  readRecorded,
  recordedFrom,
  recordedOf,
  UNPRIVILEGED_FIXTURES,
} from "../bpf/verifier/recorded.ts";
import { comparableLogs } from "./log-lines.ts";
import { type Judge, kernelJudge } from "./verifier-judge.ts";

const [SOCKET_FILTER, SCHED_CLS] = [1, 3];
const missing = "missing" in kernelJudge ? kernelJudge.missing : undefined;
const unprivilegedMissing = "missing" in kernelJudge ? missing : kernelJudge.unprivilegedMissing;
const isRecorded = release().startsWith("6.18.");

describe.skipIf(missing !== undefined)(`the verifier of this machine's kernel${missing ? ` (${missing})` : ""}`, () => {
  const judge = kernelJudge as Judge;
  const descriptors = new Map<string, number>();
  /** Arrays of programs keep to the type of the first program that named them. */
  const descriptorsOfNobody = new Map<string, number>();
  const answers: Record<string, Recorded> = {};
  const unprivilegedAnswers: Record<string, Recorded> = {};

  beforeAll(() => {
    for (const [name, map] of Object.entries(MAPS)) {
      descriptors.set(name, judge.createMap(map));
      descriptorsOfNobody.set(name, judge.createMap(map));
    }
  });
  afterAll(() => {
    for (const descriptor of [...descriptors.values(), ...descriptorsOfNobody.values()]) judge.close(descriptor);
    // RECORD=1 makes the fixtures anew.
    if (process.env.RECORD !== "1") return;
    writeFileSync(FIXTURES, `${JSON.stringify(answers, null, 2)}\n`);
    if (unprivilegedMissing === undefined)
      writeFileSync(UNPRIVILEGED_FIXTURES, `${JSON.stringify(unprivilegedAnswers, null, 2)}\n`);
  });

  it.skipIf(unprivilegedMissing !== undefined).each(PROGRAMS)(
    "agrees about $name, loaded by nobody in particular",
    (program) => {
      const bytes = assembleWithMaps(program.text, (name) => descriptorsOfNobody.get(name)!);
      const options = { ...program, type: SOCKET_FILTER };
      const { errno, log } = judge.judge(bytes, { ...options, unprivileged: true });
      const answer = recordedFrom(errno, log);
      unprivilegedAnswers[program.name] = answer;
      const maps = new Map([...descriptorsOfNobody].map(([name, descriptor]) => [descriptor, MAPS[name]!]));
      const have = recordedOf(
        verify(bytes, { ...options, maps, privileges: UNPRIVILEGED, possibleCpus: availableParallelism() }),
      );
      expect(have.accepted).toBe(answer.accepted);
      if (!isRecorded) return;
      expect(have).toEqual(answer);
      if (process.env.RECORD !== "1") expect(readRecorded(UNPRIVILEGED_FIXTURES)[program.name]).toEqual(answer);
    },
  );

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

  // Of a million steps the kernel keeps the end.
  it.skipIf(!isRecorded).each(PROGRAMS.filter(({ name }) => name !== "loop: a million"))(
    "writes the same log of level 2 about $name",
    (program) => {
      const bytes = assembleWithMaps(program.text, (name) => descriptors.get(name)!);
      const options = { ...program, type: program.type ?? SCHED_CLS, logLevel: 2 } as const;
      const maps = new Map([...descriptors].map(([name, descriptor]) => [descriptor, MAPS[name]!]));
      const { log } = verify(bytes, { ...options, maps, possibleCpus: availableParallelism() });
      const { want, have } = comparableLogs(judge.judge(bytes, options).log, log);
      expect(have).toEqual(want);
    },
  );

  it("says that the kernel took what is only loaded, and not that it was quick", () => {
    const { bytes } = assembleExtended("r0 = 0\nexit");
    expect(() => judge.load(bytes, SCHED_CLS)).not.toThrow();
    expect(() => judge.load(bytes.subarray(0, 8), SCHED_CLS)).toThrow("the kernel refuses the program with errno 22");
  });
});
