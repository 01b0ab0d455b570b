import { availableParallelism } from "node:os";
import { MAP_TYPE } from "../../bpf/maps/map-type.ts";
import { withDescriptors } from "../../bpf/object/load/name-maps.ts";
import type { TestProgram } from "../../bpf/test-run/test-program.ts";
import { requireKernel } from "../../kernel/kernel.ts";
import { FilteredProgram } from "../../kernel/run/filtered-program.ts";
import { runOnMemory } from "../../kernel/run/memory-program.ts";
import { refusedByKernel } from "../../kernel/run/refused.ts";
import { TestRunProgram } from "../../kernel/run/test-run-program.ts";
import { GivenMaps } from "./given-maps.ts";
import { createObjectMaps } from "./object-maps.ts";
import type { FileProgram } from "./program-file.ts";
import type { RunProgramFlags } from "./run.ts";
import type { ShownMaps } from "./shown-maps.ts";
import { checkUse, startsAtNetwork, testType } from "./test-program-file.ts";

/** Loads a program into the running kernel, and makes its maps there. */
export async function prepareInKernel(
  name: string,
  program: FileProgram,
  flags: RunProgramFlags,
  ours: () => string,
): Promise<{ program: TestProgram; maps: ShownMaps }> {
  const { map } = flags;
  checkUse(program, map);
  const type = testType(program, flags.type);
  const kind = { type, startsAtNetwork: startsAtNetwork(type), ours };
  const kernel = await requireKernel();
  if (program.language === "extended" && program.from !== undefined) {
    const { descriptors, maps } = createObjectMaps(program.from.object, kernel.maps, availableParallelism());
    const bytes = withDescriptors(program.bytes, descriptors);
    const { attachType } = program.from.program;
    return { program: new TestRunProgram(kernel, bytes, { ...kind, attachType }, name), maps };
  }
  const maps = new GivenMaps(map, kernel.maps);
  if (program.language === "classic")
    return { program: new FilteredProgram(kernel.libc, program.instructions, name), maps };
  maps.link(name, program.bytes, program.references);
  return { program: new TestRunProgram(kernel, program.bytes, kind, name), maps };
}

/** Runs a program on memory there and gives R0. */
export async function runRawInKernel(name: string, program: Uint8Array, memory: Uint8Array): Promise<bigint> {
  const result = runOnMemory(await requireKernel(), program, memory);
  if ("r0" in result) return result.r0;
  const { errno, log, map } = result;
  const { wordsOnMemory } = await import("./words-of-verifier.ts");
  const known = { type: MAP_TYPE.array, keySize: 4, valueSize: map.valueSize, maxEntries: 1 };
  return refusedByKernel(name, errno, log, wordsOnMemory(result.program, new Map([[map.descriptor, known]])));
}
