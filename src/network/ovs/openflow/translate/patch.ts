import { set32 } from "../../../../packet/wire.ts";
import { AT, DATAPATH_SIZE, KEY_SIZE } from "../../flow/layout.ts";
import type { OpenFlowPort } from "../bridge/port.ts";
import { OFPP } from "../ports.ts";
import { endPipeline } from "./action-set.ts";
import { forgetConnection } from "./conntrack.ts";
import { lookUpIn } from "./lookup.ts";
import type { Translation } from "./translation.ts";

/**
 * Output to a patch port: the packet is at once in the other bridge, which knows nothing of this one's registers,
 * connection and tunnel (patch_port_output). Loops end where look-ups nest too deep.
 */
export function throughPatch(t: Translation, port: OpenFlowPort, isLast: boolean): void {
  const { peer } = port;
  if (peer === undefined) {
    t.say("warn", "Nonexistent output port");
    return;
  }
  const { bridge, stack, actionSet, actionSetHasGroup, isTracked, wasMpls, table, rule } = t;
  const flow = t.flow.slice();
  t.bridge = peer.bridge;
  t.stack = [];
  t.actionSet = [];
  t.actionSetHasGroup = false;
  t.isTracked = false;
  set32(t.flow, AT.inPort, peer.ofport);
  t.flow.fill(0, AT.tunId, AT.user);
  t.flow.fill(0, DATAPATH_SIZE, KEY_SIZE);
  set32(t.flow, AT.actsetOutput, OFPP.UNSET);
  forgetConnection(t.flow);
  t.report.within(
    "bridge",
    () => `bridge("${peer.bridge.name}")`,
    () => {
      t.table = 0;
      lookUpIn(t, 0, { isFirst: true, isLast });
      if (t.error === undefined) endPipeline(t);
    },
  );
  // Leaving there does not mean leaving here.
  t.isLeaving = false;
  t.flow.set(flow);
  Object.assign(t, { bridge, stack, actionSet, actionSetHasGroup, isTracked, wasMpls, table, rule });
}
