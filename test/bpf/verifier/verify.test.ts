import { describe, expect, it } from "vitest";
import { UNPRIVILEGED } from "../../../src/bpf/verifier/privileges.ts";
import type { VerifierOptions } from "../../../src/bpf/verifier/verifier-options.ts";
import { verify } from "../../../src/bpf/verifier/verify.ts";
import { assembleWithMaps, descriptorOfMap, MAPS_BY_DESCRIPTOR } from "./maps.ts";
import { PROGRAMS, type TestProgram } from "./programs.ts";
import { readRecorded, recordedOf, UNPRIVILEGED_FIXTURES } from "./recorded.ts";

const [SOCKET_FILTER, SCHED_CLS] = [1, 3];
/** Of the machine that the fixtures were recorded on. */
const CPUS = 2;

const verdictOn = (program: TestProgram, options: Partial<VerifierOptions> = {}) =>
  verify(assembleWithMaps(program.text, descriptorOfMap), {
    ...program,
    type: program.type ?? SCHED_CLS,
    ...options,
    maps: MAPS_BY_DESCRIPTOR,
    possibleCpus: CPUS,
  });

describe("maps that a user without capabilities has made", () => {
  it.each([
    { name: "tail calls: into one of two arrays", reason: "tail_call abusing map_ptr" },
    { name: "tail calls: into the same array from two ways", reason: undefined },
  ])("$name: $reason", ({ name, reason }) => {
    const program = PROGRAMS.find((it) => it.name === name)!;
    const options = { type: SOCKET_FILTER, privileges: UNPRIVILEGED, ownMaps: true };
    expect(verdictOn(program, options).error?.message).toBe(reason);
  });
});

describe("what Linux 6.18 said of each program", () => {
  const recorded = readRecorded();

  it("has been recorded for all of them, under names of their own", () => {
    expect(Object.keys(recorded).sort()).toEqual(PROGRAMS.map(({ name }) => name).sort());
  });

  it.each(PROGRAMS)("$name", (program) => {
    expect(recordedOf(verdictOn(program))).toEqual(recorded[program.name]);
  });

  const unprivileged = readRecorded(UNPRIVILEGED_FIXTURES);
  it.each(PROGRAMS)("$name, loaded without capabilities as a socket filter", (program) => {
    const have = recordedOf(verdictOn(program, { type: "socket_filter", privileges: UNPRIVILEGED }));
    expect(have).toEqual(unprivileged[program.name]);
  });
});
