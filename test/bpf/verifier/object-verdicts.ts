import type { Btf } from "../../../src/bpf/object/btf/btf-type.ts";
import { verifierOptions } from "../../../src/bpf/object/load/verifier-options.ts";
import type { ObjectFile, ObjectProgram } from "../../../src/bpf/object/object-file.ts";
import type { VerifierResult } from "../../../src/bpf/verifier/verifier-result.ts";
import { verify } from "../../../src/bpf/verifier/verify.ts";
import { type Recorded, recordedOf } from "./recorded.ts";

/** Small C programs, right and wrong ones. */
export const CORPUS = new URL("../../corpus/verifier/", import.meta.url).pathname;

/** What Linux 6.18 said of each of their programs: by file and function. */
export const OBJECT_FIXTURES = new URL("fixtures/linux-6.18-objects.json", import.meta.url);

/** What netsim says of a program of an object, in short. */
export const verdictOf = (...what: Parameters<typeof judged>): Recorded => recordedOf(judged(...what));

/** The same in full. */
export function judged(
  object: ObjectFile,
  program: ObjectProgram,
  cpus: number,
  kernelTypes?: Btf,
  dataSymbols = true,
  logLevel: 0 | 1 | 2 = 0,
): VerifierResult {
  return verify(program.instructions, {
    ...verifierOptions(object, program, cpus),
    type: program.type!,
    dataSymbols,
    ...(kernelTypes === undefined ? {} : { kernelTypes }),
    logLevel,
  });
}
