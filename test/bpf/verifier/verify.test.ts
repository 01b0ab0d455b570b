import { describe, expect, it } from "vitest";
import { verify } from "../../../src/bpf/verifier/verify.ts";
import { assembleWithMaps, descriptorOfMap, MAPS_BY_DESCRIPTOR } from "./maps.ts";
import { PROGRAMS, type TestProgram } from "./programs.ts";
import { readRecorded, recordedOf } from "./recorded.ts";

const SCHED_CLS = 3;
/** Of the machine that the fixtures were recorded on. */
const CPUS = 2;

const verdictOn = (program: TestProgram) =>
  verify(assembleWithMaps(program.text, descriptorOfMap), {
    ...program,
    type: program.type ?? SCHED_CLS,
    maps: MAPS_BY_DESCRIPTOR,
    possibleCpus: CPUS,
  });

describe("what Linux 6.18 said of each program", () => {
  const recorded = readRecorded();

  it("has been recorded for all of them, under names of their own", () => {
    expect(Object.keys(recorded).sort()).toEqual(PROGRAMS.map(({ name }) => name).sort());
  });

  it.each(PROGRAMS)("$name", (program) => {
    expect(recordedOf(verdictOn(program))).toEqual(recorded[program.name]);
  });
});
