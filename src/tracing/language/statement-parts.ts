import type { TraceAction } from "./actions.ts";
import type { CodeParts } from "./code-parts.ts";

/** What the statements of all probes share. */
export interface StatementParts extends CodeParts {
  /** Numbers an action of user space. */
  action(action: TraceAction): number;
  /** Where the probe's code ends. */
  readonly end: string;
  /** Where the loop around it goes on, and where it ends. */
  readonly loop?: { readonly next: string; readonly done: string };
}
