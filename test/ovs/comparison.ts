import fc from "fast-check";
import { formatDatapathActions } from "../../src/network/ovs/dpctl/format-actions.ts";
import { Bridge } from "../../src/network/ovs/openflow/bridge/bridge.ts";
import { formatCookie } from "../../src/network/ovs/openflow/bridge/format-cookie.ts";
import { openFlowPort } from "../../src/network/ovs/openflow/bridge/port.ts";
import { parseFlow } from "../../src/network/ovs/openflow/flow/parse-flow.ts";
import { parsePacket } from "../../src/network/ovs/openflow/flow/parse-packet.ts";
import { parseGroup } from "../../src/network/ovs/openflow/group/parse-group.ts";
import { parseMeter } from "../../src/network/ovs/openflow/meter/meter.ts";
import { formatMegaflow } from "../../src/network/ovs/openflow/trace/format-trace.ts";
import { translate } from "../../src/network/ovs/openflow/translate/translate.ts";
import { CASES, GROUPS, METERS } from "./grammar.ts";
import { inNormalForm, readTrace, type Traced } from "./normal-form.ts";
import { type BridgePort, Vswitchd } from "./vswitchd.ts";

/** A flow that only one of the two refuses, or a packet with which they do different things. */
export type Disagreement =
  | { readonly flow: string; readonly we: string | undefined; readonly ovs: string | undefined }
  | { readonly flows: readonly string[]; readonly packet: string; readonly have: Traced; readonly want: Traced };

const PORTS: readonly BridgePort[] = [
  { name: "p1", ofport: 1 },
  { name: "p2", ofport: 2, port: ["other_config:priority-tags=if-nonzero"] },
  { name: "p3", ofport: 3, port: ["tag=10"] },
  {
    name: "p4",
    ofport: 4,
    port: ["tag=20", "trunks=10", "vlan_mode=native-untagged", "other_config:priority-tags=always"],
  },
  { name: "p5", ofport: 5, port: ["tag=30", "vlan_mode=dot1q-tunnel", "cvlans=10"] },
];

function bridge(): Bridge {
  const made = new Bridge("br0");
  made.addPort(openFlowPort({ ofport: 0xfffe, name: "br0", kind: "internal", number: 100 }));
  made.addPort(openFlowPort({ ofport: 1, name: "p1" }));
  made.addPort(openFlowPort({ ofport: 2, name: "p2", priorityTags: "if-nonzero" }));
  made.addPort(openFlowPort({ ofport: 3, name: "p3", vlanMode: "access", tag: 10 }));
  made.addPort(
    openFlowPort({
      ofport: 4,
      name: "p4",
      vlanMode: "native-untagged",
      tag: 20,
      trunks: new Set([10]),
      priorityTags: "always",
    }),
  );
  made.addPort(
    openFlowPort({ ofport: 5, name: "p5", vlanMode: "dot1q-tunnel", tag: 30, customerVlans: new Set([10]) }),
  );
  for (const group of GROUPS) made.setGroup(parseGroup(group, made.portNames));
  for (const meter of METERS) made.setMeter(parseMeter(meter));
  return made;
}

/** Our answer. */
function answer(made: Bridge, packet: string): Traced {
  const { key } = parsePacket({ text: packet, at: 0 }, made.portNames);
  const t = translate({ bridge: made, key, skb: undefined, hasEffects: false, now: 0 });
  return {
    megaflow: formatMegaflow(t),
    actions: inNormalForm(formatDatapathActions(t.out, { port: String, cookie: formatCookie }), packet),
  };
}

/**
 * Asks both about tables drawn from the grammar, with eight packets each. Where they do not agree both are asked once more,
 * with tables filled anew: what ovs-vswitchd does meanwhile for itself is no difference.
 */
export function compare(tables: number, seed: number): Disagreement[] {
  const vswitchd = new Vswitchd(PORTS);
  try {
    vswitchd.replaceGroups(GROUPS.join("\n"));
    for (const meter of METERS) vswitchd.ofctl("add-meter", [meter]);
    return fc.sample(CASES, { numRuns: tables, seed }).flatMap((one) => {
      const first = compareTable(vswitchd, one);
      return first.length === 0 ? [] : compareTable(vswitchd, one);
    });
  } finally {
    vswitchd.stop();
  }
}

function compareTable(
  vswitchd: Vswitchd,
  { flows, packets }: { flows: readonly string[]; packets: readonly string[] },
): Disagreement[] {
  const wrong: Disagreement[] = [];
  const made = bridge();
  const refused = vswitchd.addEach(flows);
  for (const [i, flow] of flows.entries()) {
    const we = refusal(made, flow);
    if ((we === undefined) !== (refused[i] === undefined)) wrong.push({ flow, we, ovs: refused[i] });
  }
  for (const packet of packets) {
    const have = answer(made, packet);
    const want = readTrace(vswitchd.trace(packet), packet);
    if (have.megaflow !== want.megaflow || have.actions !== want.actions) wrong.push({ flows, packet, have, want });
  }
  return wrong;
}

/** Adds a flow, or says why not. */
function refusal(made: Bridge, flow: string): string | undefined {
  try {
    made.addFlow(parseFlow(flow, made.portNames).flow, 0);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
