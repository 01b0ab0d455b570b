import { cgroupEgress, cgroupIngress } from "./cgroup/cgroup-skb.ts";
import { pppActive, pppPass } from "./classic-users/ppp.ts";
import { teamHash } from "./classic-users/team.ts";
import { xtBpf } from "./classic-users/xt-bpf.ts";
import { eventHooks } from "./events/event-hooks.ts";
import type { Hook } from "./hook.ts";
import { lwtIn, lwtOut, lwtXmit } from "./lwt/lwt.ts";
import { ovsFlowHit } from "./ovs/flow-hit.ts";
import { ovsFlowMiss } from "./ovs/flow-miss.ts";
import { ovsParser } from "./ovs/parser.ts";
import { ovsPortMiss } from "./ovs/port-miss.ts";
import { socketFilter } from "./socket-filter.ts";
import { tcAction } from "./tc/action.ts";
import { tcClassifier } from "./tc/classifier.ts";
import { tcxEgress, tcxIngress } from "./tc/tcx.ts";
import { xdpCpumap, xdpDevmap } from "./xdp/entry-hooks.ts";
import { xdp } from "./xdp/xdp.ts";

/** The attachment points that netsim brings. */
export const builtInHooks: readonly Hook[] = [
  socketFilter,
  xdp,
  xdpDevmap,
  xdpCpumap,
  tcClassifier,
  tcAction,
  tcxIngress,
  tcxEgress,
  ...eventHooks,
  cgroupIngress,
  cgroupEgress,
  lwtIn,
  lwtOut,
  lwtXmit,
  xtBpf,
  teamHash,
  pppPass,
  pppActive,
  ovsParser,
  ovsFlowHit,
  ovsFlowMiss,
  ovsPortMiss,
];
