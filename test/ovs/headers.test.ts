import { describe, expect, it } from "vitest";
import { formatDatapathActions } from "../../src/network/ovs/dpctl/format-actions.ts";
import { Bridge } from "../../src/network/ovs/openflow/bridge/bridge.ts";
import { formatCookie } from "../../src/network/ovs/openflow/bridge/format-cookie.ts";
import { openFlowPort } from "../../src/network/ovs/openflow/bridge/port.ts";
import { formatFlow } from "../../src/network/ovs/openflow/flow/format-flow.ts";
import { parseFlow } from "../../src/network/ovs/openflow/flow/parse-flow.ts";
import { parsePacket } from "../../src/network/ovs/openflow/flow/parse-packet.ts";
import { formatKey, formatMegaflow } from "../../src/network/ovs/openflow/trace/format-trace.ts";
import { translate } from "../../src/network/ovs/openflow/translate/translate.ts";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";

/* What Open vSwitch 3.1's ofproto/trace and ovs-ofctl said of headers that actions put before packets and take away. */

const TCP =
  "tcp,in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=2";
const NSH =
  "in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,dl_type=0x894f,nsh_mdtype=1,nsh_np=3,nsh_spi=0x1234,nsh_si=255,nsh_ttl=63,nsh_c1=5";
const PUSHED = "push_nsh(flags=0,ttl=63,mdtype=1,np=3,spi=0x0,si=255,c1=0x0,c2=0x0,c3=0x0,c4=0x0)";
const FRAMED = "push_eth(src=00:00:00:00:00:00,dst=00:00:00:00:00:00)";

function traced(flows: readonly string[], packet: string) {
  const bridge = new Bridge("br0");
  for (const ofport of [1, 2]) bridge.addPort(openFlowPort({ ofport, name: `p${ofport}` }));
  for (const flow of flows) bridge.addFlow(parseFlow(flow, bridge.portNames).flow, 0);
  const { key } = parsePacket({ text: packet, at: 0 }, bridge.portNames);
  const t = translate({ bridge, key, skb: undefined, hasEffects: false, now: 0 });
  return {
    final: formatKey(t.flow).replace("vlan_tci=0x0000,", ""),
    megaflow: formatMegaflow(t),
    actions: formatDatapathActions(t.out, { port: String, cookie: formatCookie }).replace(/recirc\(0x\w+\)/, "recirc"),
    error: t.error,
  };
}

describe("headers that actions put there and take away", () => {
  it.each<{
    name: string;
    flows: string[];
    packet?: string;
    megaflow: string;
    actions: string;
    final?: string;
    error?: string;
  }>([
    {
      name: "a network service header in a frame",
      flows: [
        "in_port=1,ip actions=encap(nsh(md_type=1)),set_field:0x1234->nsh_spi,set_field:0x99->nsh_c1,encap(ethernet),set_field:02:00:00:00:00:09->eth_dst,output:2",
      ],
      final:
        "in_port=1,dl_src=00:00:00:00:00:00,dl_dst=02:00:00:00:00:09,dl_type=0x894f,nsh_flags=0,nsh_ttl=63,nsh_mdtype=1,nsh_np=3,nsh_spi=0x1234,nsh_si=255,nsh_c1=0x99,nsh_c2=0x0,nsh_c3=0x0,nsh_c4=0x0,nw_proto=0,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no",
      megaflow: "recirc_id=0,eth,ip,in_port=1,dl_dst=02:00:00:00:00:02,nw_frag=no",
      actions:
        "push_nsh(flags=0,ttl=63,mdtype=1,np=3,spi=0x1234,si=255,c1=0x99,c2=0x0,c3=0x0,c4=0x0),push_eth(src=00:00:00:00:00:00,dst=02:00:00:00:00:09),2",
    },
    {
      name: "metadata of type 2",
      flows: [
        "in_port=1,ip actions=encap(nsh(md_type=2,tlv(0x1000,10,0x12345678),tlv(0x2000,20,0xfedcba9876543210))),encap(ethernet),output:2",
      ],
      megaflow: "recirc_id=0,eth,ip,in_port=1,nw_frag=no",
      actions: `push_nsh(flags=0,ttl=63,mdtype=2,np=3,spi=0x0,si=255,md2=0x10000a041234567820001408fedcba9876543210),${FRAMED},2`,
    },
    {
      name: "no frame around it",
      flows: ["in_port=1,ip actions=encap(nsh),output:2"],
      final:
        "packet_type=(1,0x894f),in_port=1,nsh_flags=0,nsh_ttl=63,nsh_mdtype=1,nsh_np=3,nsh_spi=0x0,nsh_si=255,nsh_c1=0x0,nsh_c2=0x0,nsh_c3=0x0,nsh_c4=0x0,nw_proto=0,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no",
      megaflow: "recirc_id=0,eth,ip,in_port=1,nw_frag=no",
      actions: "drop",
    },
    {
      name: "a frame taken off",
      flows: ["in_port=1,ip actions=decap(),output:2"],
      final:
        "packet_type=(1,0x800),in_port=1,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_proto=6,nw_tos=0,nw_ecn=0,nw_ttl=0,nw_frag=no,tp_src=1,tp_dst=2,tcp_flags=0",
      megaflow: "recirc_id=0,eth,ip,in_port=1,nw_frag=no",
      actions: "drop",
    },
    {
      name: "another frame in its place",
      flows: ["in_port=1,ip actions=decap(),encap(ethernet),output:2"],
      megaflow: "recirc_id=0,eth,ip,in_port=1,nw_frag=no",
      actions: `pop_eth,${FRAMED},2`,
    },
    {
      name: "a frame in a frame",
      flows: ["in_port=1,ip actions=encap(ethernet),output:2"],
      megaflow: "recirc_id=0,eth,ip,in_port=1,nw_frag=no",
      actions: "drop",
      error: "unsupported",
    },
    {
      name: "both taken off, and looked at anew",
      flows: ["in_port=1,dl_type=0x894f actions=decap(),decap(),output:2"],
      packet: NSH,
      megaflow: "recirc_id=0,eth,in_port=1,dl_type=0x894f,nsh_np=3",
      actions: "pop_eth,pop_nsh(),recirc",
    },
    {
      name: "fields that are written",
      flows: [
        "in_port=1,dl_type=0x894f actions=dec_nsh_ttl,set_field:7->nsh_spi,set_field:3->nsh_si,set_field:2->nsh_c2,output:2",
      ],
      packet: NSH,
      megaflow: "recirc_id=0,eth,in_port=1,dl_type=0x894f,nsh_ttl=63,nsh_spi=0x1234,nsh_si=255",
      actions: "set(nsh(ttl=62,spi=0x7,si=3,c2=0x2)),2",
    },
    {
      name: "a tag before the frame is taken off",
      flows: ["in_port=1,ip actions=push_vlan:0x8100,decap(),output:2"],
      megaflow: "recirc_id=0,eth,ip,in_port=1,nw_frag=no",
      actions: "drop",
      error: "unsupported",
    },
    {
      name: "a tag before a header",
      flows: ["in_port=1,ip actions=push_vlan:0x8100,encap(nsh),encap(ethernet),output:2"],
      megaflow: "recirc_id=0,eth,ip,in_port=1,nw_frag=no",
      actions: `push_vlan(vid=0,pcp=0),${PUSHED},${FRAMED},2`,
    },
    {
      name: "a header in a header",
      flows: ["in_port=1,ip actions=encap(nsh),encap(nsh(md_type=1)),encap(ethernet),output:2"],
      megaflow: "recirc_id=0,eth,ip,in_port=1,nw_frag=no",
      actions: `${PUSHED},${PUSHED.replace("np=3", "np=4")},${FRAMED},2`,
    },
    {
      name: "a copy alone",
      flows: ["in_port=1,ip actions=clone(encap(nsh),encap(ethernet),output:2),output:2"],
      megaflow: "recirc_id=0,eth,ip,in_port=1,nw_frag=no",
      actions: `clone(${PUSHED},${FRAMED},2),2`,
    },
    {
      name: "tables that see the new header",
      flows: [
        "in_port=1,ip actions=resubmit(,1)",
        "table=1,ip actions=encap(nsh),encap(ethernet),resubmit(,2)",
        "table=2,dl_type=0x894f actions=dec_nsh_ttl,output:2",
      ],
      megaflow: "recirc_id=0,eth,ip,in_port=1,nw_frag=no",
      actions: `${PUSHED},${FRAMED},set(nsh(ttl=62)),2`,
    },
  ])("$name", ({ name: _, flows, packet = TCP, ...want }) => {
    expect(traced(flows, packet)).toMatchObject({ error: undefined, ...want });
  });

  it.each([
    ["encap(nsh())", "encap(nsh)"],
    ["encap(nsh(md_type=2,tlv(0x1000,10,0x12345678)))", "encap(nsh(md_type=2,tlv(0x1000,10,0x12345678)))"],
    ["encap(ethernet)", "encap(ethernet)"],
    ["decap", "decap()"],
    ["decap(packet_type(ns=1,type=0x800))", "decap(packet_type(ns=1,type=0x800))"],
    ["decap(packet_type(ns=0,type=0))", "decap(packet_type(ns=0,type=0))"],
  ])("prints %s as %s", (text, want) => {
    expect(formatFlow(parseFlow(`ip actions=${text},output:2`, new Map()).flow)).toContain(`actions=${want},output:2`);
  });

  it.each([
    ["encap(foo)", "Encap hdr not supported: "],
    ["encap()", "Missing encap hdr: "],
    ["encap(nsh(md_type=3))", "invalid md_type"],
    ["encap(nsh(foo=1))", "Invalid property: foo"],
    ["encap(ethernet(a=1))", "Invalid property: a"],
    ["encap(nsh(md_type=2,tlv(0x1000,10)))", "Invalid NSH TLV header: 0x1000,10"],
    ["encap(nsh(md_type=2,tlv(0x10000,10,0x11)))", "Invalid NSH TLV header: 0x10000,10,0x11"],
    ["encap(nsh(md_type=2,tlv(0x1,256,0x11)))", "Invalid NSH TLV header: 0x1,256,0x11"],
    ["decap(foo)", "Invalid decap argument: foo"],
    ["decap(packet_type(ns=0))", "Missing packet_type attribute type"],
    ["encap(nsh),set_field:1.1.1.1->nw_src", "OFPBAC_MATCH_INCONSISTENT"],
    ["decap,set_field:02:00:00:00:00:01->eth_dst", "OFPBAC_MATCH_INCONSISTENT"],
    ["decap,decap,set_field:1.1.1.1->nw_src", "OFPBAC_MATCH_INCONSISTENT"],
    ["dec_nsh_ttl", "OFPBAC_MATCH_INCONSISTENT"],
  ])("refuses %s: %s", (text, want) => {
    expect(() => parseFlow(`ip actions=${text},output:2`, new Map())).toThrow(want);
  });

  it("carries frames between two switches, which are Ethernet again behind them", async () => {
    const { expectations, nodes } = await runTopology(
      scratch({
        "t.yaml": `
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  s1:
    kind: ovs
    interfaces: { p1: {}, p2: {} }
    flows:
      - priority=9,in_port=1,udp actions=encap(nsh(md_type=1)),set_field:5->nsh_spi,set_field:7->nsh_c2,encap(ethernet),set_field:02:00:00:00:00:99->eth_dst,output:2
      - priority=0 actions=normal
  s2:
    kind: ovs
    interfaces: { p1: {}, p2: {} }
    flows:
      - priority=9,dl_type=0x894f,nsh_spi=5,nsh_c2=7 actions=dec_nsh_ttl,decap(),decap(),output:2
      - priority=0 actions=normal
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } }, sockets: { u: { kind: udp, port: 7 } } }
links: [{ endpoints: ["a:eth0", "s1:p1"] }, { endpoints: ["s1:p2", "s2:p1"] }, { endpoints: ["s2:p2", "b:eth0"] }]
traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 100, count: 4, every: 1ms }]
expect: [{ socket: b/u, received: 4 }]
`,
      }),
    );
    expect(expectations.map(({ passed }) => passed)).toEqual([true]);
    // 24 bytes of the header and 14 of the frame around it, four times.
    const sent = (node: number, port: number) => nodes[node]!.interfaces[port]!.sentBytes;
    expect(sent(1, 1) - sent(2, 1)).toBe(4 * 38);
  });
});
