import type { Place } from "../../errors.ts";

/** What an audit has to say, by the code under which documentation explains it. */
export type FindingCode =
  | "architecture-unchecked"
  | "x32-open"
  | "compat-open"
  | "dangerous-call"
  | "escape-io-uring"
  | "clone3-open"
  | "clone3-eperm"
  | "eperm-for-new-calls"
  | "multiplexed-open"
  | "terminal-injection"
  | "sign-extension"
  | "unreachable-rule"
  | "redundant-rule"
  | "call-of-no-architecture"
  | "thread-killed";

/** One thing about a profile that its author should know. */
export interface Finding {
  readonly code: FindingCode;
  /** `risk`: something gets through; `trap`: programs break, or the profile does not mean what it seems to; `note`. */
  readonly severity: "risk" | "trap" | "note";
  /** A full sentence. */
  readonly message: string;
  readonly place?: Place;
  /** What to do; a full sentence. */
  readonly hint?: string;
}
