import type { DecodedProgram } from "../../isa/decode.ts";
import type { VerifierOptions } from "../verifier-options.ts";
import type { VerifierResult } from "../verifier-result.ts";
import { verify } from "../verify.ts";
import { type Need, needsOf, type ProgramFacts } from "./needs.ts";
import { isBefore } from "./release.ts";
import { PRECISION } from "./rule-releases.ts";
import { WalkFindings } from "./walk-findings.ts";

/** Whether a release of Linux would load a program. */
export interface ReleaseVerdict {
  /** `5.10` */
  readonly release: string;
  /** Today's verifier accepts it and the release lacks nothing that is known to be needed. */
  readonly loads: boolean;
  /** What the release lacks. */
  readonly missing: readonly Need[];
  /** What the release's verifier knows less of than today's, and the program has: it may refuse it for that. */
  readonly unsure: readonly string[];
}

/** What a program needs, with the verdict of the walk that found it out. */
export interface ProgramNeeds {
  readonly result: VerifierResult;
  readonly needs: readonly Need[];
  /** What its verdict may hang on and older verifiers know less of. */
  readonly precision: readonly (typeof PRECISION)[keyof typeof PRECISION][];
}

/** Walks a program once more and gathers what it needs of Linux. Throws RangeError as `verify` does. */
export function findNeeds(
  bytes: Uint8Array,
  decoded: DecodedProgram,
  options: VerifierOptions & { readonly type: string },
  facts: Pick<ProgramFacts, "globalFunctions" | "linkedByLoader"> = {},
): ProgramNeeds {
  const found = new WalkFindings();
  const result = verify(bytes, { ...options, logLevel: 0, observer: found });
  const needs = needsOf(
    decoded,
    { ...facts, type: options.type, attachType: options.expectedAttachType ?? 0, maps: options.maps ?? new Map() },
    found,
    result.statistics.instructionsProcessed,
  );
  const isNarrow = decoded.instructions.some((it) => (it?.kind === "alu" || it?.kind === "branch") && it.bits === 32);
  const precision = [
    ...(isNarrow ? [PRECISION.narrow] : []),
    ...(found.spillsScalars ? [PRECISION.spilled] : []),
    ...(found.comparesSums ? [PRECISION.linked] : []),
  ];
  return { result, needs, precision };
}

/** What a release says to it. */
export function verdictOf(release: string, { result, needs, precision }: ProgramNeeds): ReleaseVerdict {
  const missing = needs.filter(({ since }) => isBefore(release, since.release));
  const unsure = precision
    .filter(({ since }) => isBefore(release, since.release))
    .map(({ what, since }) => `${what} (Linux ${since.release})`);
  return { release, loads: result.accepted && missing.length === 0, missing, unsure };
}
