import { eventHooks } from "./events/event-hooks.ts";
import type { Hook } from "./hook.ts";
import { socketFilter } from "./socket-filter.ts";
import { tcAction } from "./tc/action.ts";
import { tcClassifier } from "./tc/classifier.ts";
import { tcxEgress, tcxIngress } from "./tc/tcx.ts";
import { xdp } from "./xdp/xdp.ts";

/** The attachment points that netsim brings. */
export const builtInHooks: readonly Hook[] = [
  socketFilter,
  xdp,
  tcClassifier,
  tcAction,
  tcxIngress,
  tcxEgress,
  ...eventHooks,
];
