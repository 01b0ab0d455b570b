import { describe, expect, it } from "vitest";
import { formatDatapathActions } from "../../../../src/network/ovs/dpctl/format-actions.ts";
import { Bridge } from "../../../../src/network/ovs/openflow/bridge/bridge.ts";
import { openFlowPort } from "../../../../src/network/ovs/openflow/bridge/port.ts";
import { parseFlow } from "../../../../src/network/ovs/openflow/flow/parse-flow.ts";
import { parsePacket } from "../../../../src/network/ovs/openflow/flow/parse-packet.ts";
import { parseGroup } from "../../../../src/network/ovs/openflow/group/parse-group.ts";
import { formatMegaflow } from "../../../../src/network/ovs/openflow/trace/format-trace.ts";
import { translate } from "../../../../src/network/ovs/openflow/translate/translate.ts";

function bridgeWith(flows: readonly string[], groups: readonly string[] = []): Bridge {
  const bridge = new Bridge("br0");
  for (const n of [1, 2, 3]) bridge.addPort(openFlowPort({ ofport: n, name: `p${n}` }));
  for (const group of groups) bridge.setGroup(parseGroup(group, bridge.portNames));
  for (const flow of flows) bridge.addFlow(parseFlow(flow, bridge.portNames).flow, 0);
  return bridge;
}

function answer(bridge: Bridge, packet: string, now = 0) {
  const { key } = parsePacket({ text: packet, at: 0 }, bridge.portNames);
  const t = translate({ bridge, key, skb: undefined, hasEffects: true, now });
  return { megaflow: formatMegaflow(t), actions: formatDatapathActions(t.out), error: t.error };
}

describe("translation", () => {
  it("masks no more of an address than tells that no prefix matches", () => {
    const bridge = bridgeWith(["ip,nw_dst=10.0.0.0/8,actions=2", "priority=0,actions=3"]);
    expect(answer(bridge, "in_port=1,udp,nw_dst=192.168.0.1")).toEqual({
      megaflow: "recirc_id=0,eth,ip,in_port=1,nw_dst=128.0.0.0/1,nw_frag=no",
      actions: "3",
      error: undefined,
    });
  });

  it("learns addresses, and forgets them after five minutes", () => {
    const bridge = bridgeWith(["actions=NORMAL"]);
    const to = (now: number) =>
      answer(bridge, "in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02", now).actions;
    expect(to(0)).toBe("2,3");
    answer(bridge, "in_port=3,dl_src=02:00:00:00:00:02,dl_dst=02:00:00:00:00:01", 1e9);
    expect(to(2e9)).toBe("3");
    expect(to(302e9)).toBe("2,3");
  });

  it("adds the flows that learn teaches", () => {
    const bridge = bridgeWith([
      "table=0,actions=learn(table=1,idle_timeout=10,eth_dst=eth_src,output:in_port),resubmit(,1)",
      "table=1,priority=0,actions=flood",
    ]);
    answer(bridge, "in_port=3,dl_src=02:00:00:00:00:02");
    expect(answer(bridge, "in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02").actions).toBe("3");
    bridge.expire(11e9);
    expect([...bridge.rules()]).toHaveLength(2);
  });

  it("hashes what is not IP by EtherType, VLAN and addresses, as ovs-vswitchd chooses", () => {
    const bridge = bridgeWith(["actions=bundle(symmetric_l3l4+udp,4,hrw,ofport,members:1,2)"]);
    expect(answer(bridge, "in_port=3,mpls,mpls_ttl=2,mpls_label=1").actions).toBe("1");
  });

  it("leaves the ports of fragments out of hashes", () => {
    const bridge = bridgeWith(["actions=multipath(symmetric_l3l4,1,modulo_n,4,0,NXM_NX_REG0[])"]);
    expect(answer(bridge, "in_port=1,tcp,tcp_src=53,nw_frag=first,nw_src=10.1.0.1").megaflow).toBe(
      "recirc_id=0,eth,tcp,in_port=1,nw_src=10.1.0.1,nw_dst=0.0.0.0,nw_frag=first",
    );
  });

  it("matches in two dimensions with conjunctions", () => {
    const bridge = bridgeWith([
      "ip,nw_src=10.0.0.1,actions=conjunction(7,1/2)",
      "ip,nw_src=10.0.0.2,actions=conjunction(7,1/2)",
      "tcp,tp_dst=80,actions=conjunction(7,2/2)",
      "conj_id=7,ip,actions=2",
      "priority=0,actions=3",
    ]);
    expect(answer(bridge, "in_port=1,tcp,nw_src=10.0.0.2,tp_dst=80").actions).toBe("2");
    expect(answer(bridge, "in_port=1,tcp,nw_src=10.0.0.3,tp_dst=80").actions).toBe("3");
    expect(answer(bridge, "in_port=1,tcp,nw_src=10.0.0.2,tp_dst=81").actions).toBe("3");
  });

  it("gives up where tables go in circles", () => {
    const deep = bridgeWith(["actions=resubmit(,0)"]);
    expect(answer(deep, "in_port=1").error).toBe("recursion too deep");
    const wide = bridgeWith(
      Array.from({ length: 13 }, (_, i) => `table=${i},actions=resubmit(,${i + 1}),resubmit(,${i + 1})`),
    );
    expect(answer(wide, "in_port=1")).toMatchObject({ error: "too many resubmits", actions: "drop" });
  });

  it("comes back from a recirculation with what it left behind", () => {
    const bridge = bridgeWith([
      "ip,actions=set_field:5->reg1,ct(table=1)",
      "table=1,reg1=5,ct_state=+new,ip,actions=2",
    ]);
    expect(answer(bridge, "in_port=1,udp").actions).toBe("ct,recirc(0x1)");
    expect(answer(bridge, "in_port=1,udp,recirc_id=1,ct_state=trk|new").actions).toBe("2");
  });

  it("sends what fails over to the first port that is up", () => {
    const group = "group_id=1,type=ff,bucket=watch_port=2,actions=2,bucket=watch_port=3,actions=3";
    const bridge = bridgeWith(["actions=group:1"], [group]);
    expect(answer(bridge, "in_port=1").actions).toBe("2");
    bridge.addPort(openFlowPort({ ofport: 2, name: "p2", isUp: false }));
    expect(answer(bridge, "in_port=1").actions).toBe("3");
  });
});
