import type { Hook } from "./hook.ts";
import { socketFilter } from "./socket-filter.ts";

/** The attachment points that netsim brings. */
export const builtInHooks: readonly Hook[] = [socketFilter];
