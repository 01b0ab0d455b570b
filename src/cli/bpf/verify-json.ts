import type { SourceOf } from "../../bpf/verifier/explain/source-place.ts";
import type { ReleaseVerdict } from "../../bpf/verifier/releases/loads-there.ts";
import type { VerifyOutcome } from "./verify-outcome.ts";

/** An outcome as `--json` has it. */
export function asJson({ target, result, explanation, witness, kernels }: VerifyOutcome): unknown {
  const { name, section, options, sourceOf } = target;
  return {
    name,
    section,
    type: options.type,
    accepted: result.accepted,
    ...(explanation ?? {}),
    ...(witness === undefined ? {} : { witness }),
    statistics: result.statistics,
    ...(kernels.length === 0 ? {} : { kernels: kernels.map((verdict) => releaseAsJson(verdict, sourceOf)) }),
  };
}

function releaseAsJson({ release, loads, missing, unsure }: ReleaseVerdict, sourceOf: SourceOf): unknown {
  return {
    release,
    loads,
    missing: missing.map(({ kind, what, since, instruction, count, instead }) => {
      const source = sourceOf(instruction);
      return {
        kind,
        what,
        since: since.release,
        commit: since.commit,
        instruction,
        count,
        ...(source === undefined ? {} : { source }),
        ...(instead === undefined ? {} : { instead }),
      };
    }),
    unsure,
  };
}
