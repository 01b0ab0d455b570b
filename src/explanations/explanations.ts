import type { ErrorCode } from "../errors.ts";
import type { Explanation } from "./explanation.ts";
import { OF_DESCRIPTIONS } from "./of-descriptions.ts";
import { OF_FILES } from "./of-files.ts";
import { OF_PROGRAMS } from "./of-programs.ts";

/** Every error code explained; a code without an explanation does not compile. */
export const EXPLANATIONS: Readonly<Record<ErrorCode, Explanation>> = {
  ...OF_FILES,
  ...OF_DESCRIPTIONS,
  ...OF_PROGRAMS,
};
