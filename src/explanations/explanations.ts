import type { ErrorCode } from "../errors.ts";
import type { Explanation } from "./explanation.ts";
import { OF_DESCRIPTIONS } from "./of-descriptions.ts";
import { OF_FILES } from "./of-files.ts";
import { OF_LINT } from "./of-lint.ts";
import { OF_PROGRAMS } from "./of-programs.ts";
import { OF_SECCOMP } from "./of-seccomp.ts";

/** Every error code explained; a code without an explanation does not compile. */
export const EXPLANATIONS: Readonly<Record<ErrorCode, Explanation>> = {
  ...OF_FILES,
  ...OF_DESCRIPTIONS,
  ...OF_PROGRAMS,
};

/** What is no error and has a code: the findings of `netsim lint` and `netsim seccomp audit`. */
export const FINDINGS: Readonly<Record<string, Explanation>> = { ...OF_LINT, ...OF_SECCOMP };
