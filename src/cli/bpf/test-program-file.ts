import { TEST_CONTEXTS } from "../../bpf/test-run/context.ts";
import { ClassicTestProgram, ExtendedTestProgram, type TestProgram } from "../../bpf/test-run/test-program.ts";
import { fail } from "../../errors.ts";
import { payloadOffset } from "../../packet/dissect/payload-offset.ts";
import type { Terminal } from "../command.ts";
import { engineNamed, orRefusal, surroundings } from "./engine.ts";
import type { GivenMaps } from "./given-maps.ts";
import { type InputFile, readProgram } from "./program-file.ts";

/**
 * Loads the program of a file as `netsim bpf run` does: classic ones converted, maps by the names in the text. Throws a
 * NetsimError.
 */
export function loadTestProgram(
  input: InputFile,
  maps: GivenMaps,
  { type, engine }: { readonly type: string; readonly engine: string },
  terminal: Terminal,
): TestProgram {
  const program = readProgram(input);
  if (program.language === "classic") {
    if (maps.syscall.descriptors().length > 0) fail("usage", "A classic program has no maps.");
    if (type === "xdp") fail("usage", "A classic program cannot be of type xdp.");
    return new ClassicTestProgram(program.instructions, engineNamed(engine), surroundings(terminal), payloadOffset);
  }
  maps.link(input.name, program.bytes, program.references);
  const context = TEST_CONTEXTS[type]!;
  return orRefusal(
    input.name,
    () => new ExtendedTestProgram(program.bytes, context, engineNamed(engine), surroundings(terminal), maps.syscall),
  );
}
