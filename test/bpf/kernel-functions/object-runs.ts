import type { BpfOptions } from "../../../src/bpf/bpf.ts";
import { createMaps } from "../../../src/bpf/object/load/create-maps.ts";
import { withDescriptors } from "../../../src/bpf/object/load/name-maps.ts";
import type { ObjectFile } from "../../../src/bpf/object/object-file.ts";
import { findProgramType } from "../../../src/bpf/program-type.ts";
import { SimulatedBpf } from "../../../src/simulated-bpf.ts";

/** C programs whose return values tell what the kernel functions that they call did. */
export const RUN_CORPUS = new URL("../../corpus/kernel-functions/", import.meta.url).pathname;

/** The frame that they are run on. */
export const FRAME = Uint8Array.from({ length: 64 }, (_, i) => (i === 12 ? 8 : i === 13 ? 0 : i));

/** What came of a frame. */
export interface FrameOutcome {
  /** Signed. */
  readonly returnValue: number;
  /** The frame behind the run, in hexadecimal. */
  readonly data: string;
}

/** What each program of an object returns here, one after the other: signed; or why it is not loaded. */
export function runHere(object: ObjectFile, options: BpfOptions): Record<string, number | string> {
  const outcomes = Object.entries(outcomesHere(object, options, FRAME));
  return Object.fromEntries(
    outcomes.map(([name, it]) => [name, typeof it === "string" ? it : it.returnValue] as const),
  );
}

/** The same on a frame, with what becomes of that. */
export function outcomesHere(
  object: ObjectFile,
  options: BpfOptions,
  frame: Uint8Array,
): Record<string, FrameOutcome | string> {
  const bpf = new SimulatedBpf(options);
  const maps = createMaps(object, bpf, { possibleCpus: options.possibleCpus ?? 1 });
  const types = object.btf === undefined ? undefined : bpf.loadBtf(object.btf, 0);
  const results: Record<string, FrameOutcome | string> = {};
  for (const program of object.programs) {
    const { descriptor, log } = bpf.loadProgram({
      type: findProgramType(program.type!)!.number,
      instructions: withDescriptors(program.instructions, maps),
      license: object.license,
      name: program.name.slice(0, 15),
      flags: program.flags,
      attachType: program.attachType ?? 0,
      kernelFunctions: program.unresolved.filter(({ kind }) => kind === "function"),
      ...(types === undefined ? {} : { types: { btf: types, functions: program.functions } }),
    });
    const run = descriptor < 0 ? undefined : bpf.testRun(descriptor, { data: frame });
    results[program.name] =
      run === undefined
        ? log.split("\n").slice(-3).join(" ")
        : typeof run === "number"
          ? `errno ${-run}`
          : { returnValue: run.returnValue | 0, data: Buffer.from(run.data).toString("hex") };
  }
  return results;
}
