import type { Hook } from "../../../hooks/hook.ts";
import type { Drafts } from "../drafts.ts";
import type { Programs } from "../programs.ts";

/** What a switch refers to. */
export interface SwitchScope {
  readonly drafts: Drafts;
  readonly programs: Programs;
  readonly hooks: readonly Hook[];
}
