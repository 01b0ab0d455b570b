import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { formatDatapathActions } from "../../src/network/ovs/dpctl/format-actions.ts";
import { formatDatapathKey } from "../../src/network/ovs/dpctl/format-key.ts";
import { Bridge } from "../../src/network/ovs/openflow/bridge/bridge.ts";
import { formatCookie } from "../../src/network/ovs/openflow/bridge/format-cookie.ts";
import { openFlowPort } from "../../src/network/ovs/openflow/bridge/port.ts";
import { parseFlow } from "../../src/network/ovs/openflow/flow/parse-flow.ts";
import { parsePacket } from "../../src/network/ovs/openflow/flow/parse-packet.ts";
import { translate } from "../../src/network/ovs/openflow/translate/translate.ts";
import { Vswitchd, WITHOUT_VSWITCHD } from "./vswitchd.ts";

/** Tables, and a packet for each that comes in by port 1; no bit of it is set that its megaflow leaves out. */
const CASES: readonly (readonly [flows: readonly string[], packet: string])[] = [
  [["actions=output:2"], "dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02,dl_type=0x1234"],
  [
    ["tcp,tp_dst=80,nw_src=10.0.0.0/8,actions=output:2"],
    "tcp,nw_src=10.0.0.0,nw_dst=1.2.3.4,nw_ttl=64,tcp_dst=80,tcp_src=5,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    [
      "tcp,dl_src=02:00:00:00:00:00/ff:ff:ff:00:00:00,tp_dst=0x50/0xf0,tcp_flags=+syn-ack,nw_tos=16,nw_ttl=64,nw_ecn=0,actions=output:2",
    ],
    "tcp,nw_tos=16,nw_ttl=64,nw_src=10.0.0.0,nw_dst=1.2.3.4,tcp_dst=80,tcp_src=5,tcp_flags=syn,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    ["dl_vlan=5,dl_vlan_pcp=2,actions=pop_vlan,output:2"],
    "udp,dl_vlan=5,dl_vlan_pcp=2,nw_src=10.0.0.0,nw_dst=1.2.3.4,udp_dst=80,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [["dl_vlan=5,actions=output:2"], "dl_vlan=5,dl_type=0x1234,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02"],
  [
    [
      "udp6,ipv6_src=fd00::/16,ipv6_label=5,tp_dst=53,actions=set_field:fd00::9->ipv6_dst,set_field:3->ipv6_label,set_field:7->udp_src,output:2",
    ],
    "udp6,ipv6_src=fd00::,ipv6_dst=fd00::2,ipv6_label=5,nw_ttl=64,udp_dst=53,udp_src=9,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    ["sctp,tp_dst=5,actions=set_field:7->sctp_dst,mod_dl_dst:02:00:00:00:00:09,output:2"],
    "sctp,nw_src=10.0.0.0,nw_dst=1.2.3.4,nw_ttl=64,sctp_dst=5,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    ["ip,nw_frag=first,actions=output:2"],
    "udp,nw_frag=first,nw_src=10.0.0.0,nw_dst=1.2.3.4,nw_ttl=64,udp_dst=5,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    ["ip,nw_frag=not_later,actions=drop"],
    "udp,nw_src=10.0.0.0,nw_dst=1.2.3.4,nw_ttl=64,udp_dst=5,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    ["mpls,mpls_label=5,mpls_tc=1,mpls_bos=1,actions=set_field:9->mpls_label,output:2"],
    "mpls,mpls_label=5,mpls_tc=1,mpls_ttl=0,mpls_bos=1,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    [
      "ct_state=-trk,ip,actions=ct(commit,zone=5,nat(src=1.1.1.1-1.1.1.9:10-20,random),exec(set_field:5->ct_mark,set_field:1/3->ct_label),table=1)",
    ],
    "tcp,nw_src=10.0.0.0,nw_dst=1.2.3.4,nw_ttl=64,tcp_dst=80,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    [
      "actions=push_vlan:0x8100,set_field:4101->vlan_vid,output:2,push_vlan:0x88a8,set_field:4102->vlan_vid,set_field:3->vlan_pcp,output:3",
    ],
    "dl_type=0x1234,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    ["ip,actions=push_mpls:0x8847,set_field:9->mpls_label,output:2"],
    "tcp,nw_src=10.0.0.0,nw_dst=1.2.3.4,nw_ttl=64,tcp_dst=80,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    [
      "actions=set_field:5->pkt_mark,output(port=2,max_len=100),clone(set_field:02:00:00:00:00:09->eth_src,output:3),output:2",
    ],
    "dl_type=0x1234,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    ["ct_state=+trk,actions=drop", "ip,ct_state=-trk,ct_label=0/3,actions=output:2"],
    "tcp,nw_src=10.0.0.0,nw_dst=1.2.3.4,nw_ttl=64,tcp_dst=80,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    ["ip,ct_mark=0,ct_zone=0,ct_label=0,actions=output:2"],
    "tcp,nw_src=10.0.0.0,nw_dst=1.2.3.4,nw_ttl=64,tcp_dst=80,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    ["mpls,actions=dec_mpls_ttl,output:2"],
    "mpls,mpls_label=0,mpls_tc=0,mpls_ttl=3,mpls_bos=0,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [
    ["mpls,mpls_label=5,mpls_tc=1,mpls_bos=1,mpls_ttl=3,actions=output:2"],
    "mpls,mpls_label=5,mpls_tc=1,mpls_ttl=3,mpls_bos=1,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02",
  ],
  [["pkt_mark=0/1,actions=output:2"], "rarp,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02"],
  [["vlan_tci=0/0x1000,actions=output:2"], "dl_type=0x05ff,dl_src=02:00:00:00:00:00,dl_dst=02:00:00:00:00:02"],
];

describe.skipIf(WITHOUT_VSWITCHD !== undefined)(
  `megaflows as ovs-dpctl prints them (${WITHOUT_VSWITCHD ?? "here"})`,
  () => {
    let daemon: Vswitchd | undefined;
    afterAll(() => daemon?.stop());

    it(`prints those of ${CASES.length} packets alike`, { timeout: 60_000 }, () => {
      daemon = new Vswitchd([1, 2, 3].map((ofport) => ({ name: `p${ofport}`, ofport })));
      const theirs = daemon;
      const want = CASES.map(([flows, packet]) => [...flows, inNormalForm(there(theirs, flows, packet))].join("\n"));
      expect(CASES.map(([flows, packet]) => [...flows, inNormalForm(here(flows, packet))].join("\n"))).toEqual(want);
    });
  },
);

function there(daemon: Vswitchd, flows: readonly string[], packet: string): string {
  daemon.ofctl("del-flows");
  daemon.ofctl("add-flows", ["-"], flows.join("\n"));
  daemon.appctl(["dpctl/del-flows"]);
  const { stdout } = spawnSync("ovs-ofctl", ["compose-packet", packet], { encoding: "utf8" });
  const frame = [...stdout.matchAll(/^[0-9a-f]{8} {2}((?:[0-9a-f]{2}[ -]?)+)/gm)].map(([, bytes]) => bytes).join("");
  daemon.appctl(["netdev-dummy/receive", "p1", frame.replace(/[ -]/g, "")]);
  const flow = () =>
    daemon
      .appctl(["dpctl/dump-flows"])
      .split("\n")
      .find((line) => line.includes("recirc_id(0)"));
  for (let left = 40; left > 0; left--) {
    const found = flow();
    if (found !== undefined) return found;
  }
  return "";
}

function here(flows: readonly string[], packet: string): string {
  const bridge = new Bridge("br0");
  for (const ofport of [1, 2, 3]) bridge.addPort(openFlowPort({ ofport, name: `p${ofport}` }));
  for (const flow of flows) bridge.addFlow(parseFlow(flow, bridge.portNames).flow, 0);
  const { key } = parsePacket({ text: `in_port=1,${packet}`, at: 0 }, bridge.portNames);
  const { wanted, out } = translate({ bridge, key, skb: undefined, hasEffects: false, now: 0 });
  const masked = key.map((byte, i) => byte & wanted[i]!);
  const actions = formatDatapathActions(out, { port: String, cookie: formatCookie });
  return `${formatDatapathKey(masked, wanted)}, packets:0, bytes:0, used:never, actions:${actions}`;
}

/**
 * Without what the datapath in user space has and Linux has not (packet_type, metadata in another order), numbers of
 * recirculations, and the type of a tag, which packets written in words do not tell.
 */
function inNormalForm(flow: string): string {
  const plain = flow
    .replace("packet_type(ns=0,id=0),", "")
    .replace("eth(),", "")
    .replace(/eth_type\(0x(?:0000|8100)\),vlan/, "vlan")
    .replace(/recirc\(0x[0-9a-f]+\)/, "recirc");
  const at = plain.search(/,(?:eth|vlan)/);
  return (
    plain
      .slice(0, at)
      .split(/,(?![^(]*\))/)
      .sort()
      .join(",") + plain.slice(at)
  );
}
