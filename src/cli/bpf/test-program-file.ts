import { TEST_CONTEXTS } from "../../bpf/test-run/context.ts";
import {
  ClassicTestProgram,
  ExtendedTestProgram,
  type LoadedTestProgram,
  testMaps,
} from "../../bpf/test-run/test-program.ts";
import { fail } from "../../errors.ts";
import { payloadOffset } from "../../packet/dissect/payload-offset.ts";
import type { Terminal } from "../command.ts";
import { engineNamed, orRefusal, surroundings } from "./engine.ts";
import { GivenMaps } from "./given-maps.ts";
import type { MapOption } from "./map-option.ts";
import type { FileProgram } from "./program-file.ts";

/** What a program is loaded with, by the options of the command line. */
export interface TestProgramOptions {
  readonly type: string;
  readonly engine: string;
  readonly map: readonly MapOption[];
}

/**
 * Loads a file's program as `netsim bpf run` does: classic ones converted, maps by the names in the text. Throws a
 * NetsimError.
 */
export function loadTestProgram(
  name: string,
  program: FileProgram,
  { type, engine, map }: TestProgramOptions,
  terminal: Terminal,
): { readonly program: LoadedTestProgram; readonly maps: GivenMaps } {
  checkUse(program, type, map);
  const syscall = testMaps();
  const maps = new GivenMaps(map, syscall);
  if (program.language === "classic") {
    const { instructions } = program;
    const around = surroundings(terminal);
    return { program: new ClassicTestProgram(instructions, engineNamed(engine), around, payloadOffset), maps };
  }
  maps.link(name, program.bytes, program.references);
  const context = TEST_CONTEXTS[type]!;
  const load = () =>
    new ExtendedTestProgram(program.bytes, context, engineNamed(engine), surroundings(terminal), syscall);
  return { program: orRefusal(name, load), maps };
}

/** Refuses what no engine can do with a classic program. */
export function checkUse({ language }: FileProgram, type: string, maps: readonly MapOption[]): void {
  if (language !== "classic") return;
  if (maps.length > 0) fail("usage", "A classic program has no maps.");
  if (type === "xdp") fail("usage", "A classic program cannot be of type xdp.");
}
