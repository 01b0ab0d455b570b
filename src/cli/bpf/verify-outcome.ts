import { decodeProgram } from "../../bpf/isa/decode.ts";
import { adviceOfLoader } from "../../bpf/object/load/loader-advice.ts";
import { type Explanation, explain } from "../../bpf/verifier/explain/explain.ts";
import { findWitness, type Witness } from "../../bpf/verifier/explain/witness/witness.ts";
import { findNeeds, type ReleaseVerdict, verdictOf } from "../../bpf/verifier/releases/loads-there.ts";
import type { VerifierResult } from "../../bpf/verifier/verifier-result.ts";
import { verify } from "../../bpf/verifier/verify.ts";
import type { VerifyTarget } from "./verify-target.ts";

/** What came of a program. */
export interface VerifyOutcome {
  readonly target: VerifyTarget;
  readonly result: VerifierResult;
  /** Present where it is refused. */
  readonly explanation?: Explanation;
  /** Present where it is refused and something was found. */
  readonly witness?: Witness;
  /** What the releases say that were asked about. */
  readonly kernels: readonly ReleaseVerdict[];
}

/** Verifies a program, explains a refusal, and asks older releases. */
export function outcomeOf(target: VerifyTarget, logLevel: number, releases: readonly string[]): VerifyOutcome {
  const { bytes, options, sourceOf, globalFunctions, linkedByLoader } = target;
  const result = verify(bytes, { ...options, logLevel: logLevel as 0 | 1 | 2 });
  const refusal = result.accepted ? undefined : explain(bytes, options, sourceOf);
  const witness = refusal === undefined ? undefined : findWitness(bytes, options, refusal);
  const needs =
    releases.length === 0
      ? undefined
      : findNeeds(bytes, decodeProgram(bytes), options, { globalFunctions, linkedByLoader });
  return {
    target,
    result,
    ...(refusal === undefined ? {} : { explanation: naming(refusal.explanation, target) }),
    ...(witness === undefined ? {} : { witness }),
    kernels: needs === undefined ? [] : releases.map((release) => verdictOf(release, needs)),
  };
}

/** Names what the program's loader did not find, of which the verifier sees a number alone. */
function naming(explanation: Explanation, { options, absent }: VerifyTarget): Explanation {
  const { instruction, reason } = explanation;
  return {
    ...explanation,
    ...adviceOfLoader(reason, instruction, absent, options.kernelFunctions, options.attachTarget),
  };
}
