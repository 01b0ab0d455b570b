import { expect, it } from "vitest";
import { formatDatapathActions } from "../../../../src/network/ovs/dpctl/format-actions.ts";
import { Bridge } from "../../../../src/network/ovs/openflow/bridge/bridge.ts";
import { type OpenFlowPort, openFlowPort } from "../../../../src/network/ovs/openflow/bridge/port.ts";
import { parseFlow } from "../../../../src/network/ovs/openflow/flow/parse-flow.ts";
import { parsePacket } from "../../../../src/network/ovs/openflow/flow/parse-packet.ts";
import { translate } from "../../../../src/network/ovs/openflow/translate/translate.ts";

/** How a packet from port 1 leaves by port 2. */
function leaves(packet: string, to: Partial<OpenFlowPort>, from: Partial<OpenFlowPort> = {}): string {
  const bridge = new Bridge("br0");
  bridge.addPort(openFlowPort({ ofport: 1, name: "p1", ...from }));
  bridge.addPort(openFlowPort({ ofport: 2, name: "p2", ...to }));
  bridge.addFlow(parseFlow("actions=NORMAL", bridge.portNames).flow, 0);
  const { key } = parsePacket({ text: `in_port=1,${packet}`, at: 0 }, bridge.portNames);
  return formatDatapathActions(translate({ bridge, key, skb: undefined, hasEffects: false, now: 0 }).out);
}

// As ovs-vswitchd 3.1 answers.
it.each([
  { packet: "dl_vlan=0,dl_vlan_pcp=5", priorityTags: "never", want: "2" },
  { packet: "dl_vlan=0,dl_vlan_pcp=5", priorityTags: "if-nonzero", want: "2" },
  { packet: "dl_vlan=0,dl_vlan_pcp=5", priorityTags: "always", want: "2" },
  { packet: "dl_vlan=0,dl_vlan_pcp=0", priorityTags: "never", want: "pop_vlan,2" },
  { packet: "dl_vlan=0,dl_vlan_pcp=0", priorityTags: "if-nonzero", want: "pop_vlan,2" },
  { packet: "dl_vlan=0,dl_vlan_pcp=0", priorityTags: "always", want: "2" },
] as const)("$packet leaves a trunk with priority-tags $priorityTags as $want", ({ packet, priorityTags, want }) => {
  expect(leaves(packet, { priorityTags })).toBe(want);
});

it.each([
  { priorityTags: "never", want: "pop_vlan,2" },
  { priorityTags: "if-nonzero", want: "pop_vlan,push_vlan(vid=0,pcp=5),2" },
  { priorityTags: "always", want: "pop_vlan,push_vlan(vid=0,pcp=5),2" },
] as const)("VLAN 10 leaves an access port with priority-tags $priorityTags as $want", ({ priorityTags, want }) => {
  expect(leaves("dl_vlan=10,dl_vlan_pcp=5", { vlanMode: "access", tag: 10, priorityTags })).toBe(want);
});

it("the tag of a dot1q-tunnel has no priority", () => {
  expect(leaves("dl_vlan=7,dl_vlan_pcp=5", {}, { vlanMode: "dot1q-tunnel", tag: 30 })).toBe(
    "push_vlan(tpid=0x88a8,vid=30,pcp=0),2",
  );
});
