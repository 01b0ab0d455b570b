import { afterAll, describe, expect, it } from "vitest";
import { formatFlow } from "../../../src/network/ovs/openflow/flow/format-flow.ts";
import { parseFlow } from "../../../src/network/ovs/openflow/flow/parse-flow.ts";
import { Vswitchd, WITHOUT_VSWITCHD } from "../vswitchd.ts";

const NAMES = new Map([
  ["p1", 1],
  ["p2", 2],
  ["p3", 3],
  ["br0", 0xfffe],
]);
/** One of each of what stands before a match; the priorities put them in this order. */
const FLOWS = [
  "priority=9,table=3,cookie=0x5,idle_timeout=5,hard_timeout=6,importance=3,send_flow_rem,no_packet_counts,tcp,actions=drop",
  "priority=8,cookie=0x5,check_overlap,reset_counts,no_byte_counts,actions=drop",
  "priority=7,hard_timeout=5,tcp,actions=drop",
  "priority=6,importance=3,udp,actions=drop",
  "priority=5,send_flow_rem,arp,actions=drop",
  "priority=4,in_port=p1,dl_vlan=3,actions=p2,output(port=p3,max_len=50),resubmit(p1,2),LOCAL",
  "priority=3,in_port=LOCAL,actions=enqueue:p1:3,bundle(eth_src,0,hrw,ofport,members:1,2),learn(table=3,in_port=p1)",
  "priority=2,udp,actions=mod_vlan_vid:3,mod_vlan_pcp:2,mod_tp_dst:53,mod_nw_tos:16,load:1->NXM_NX_REG0[0..3],br0",
  "priority=1,dl_vlan=9,actions=strip_vlan,clone(mod_vlan_vid:4,output:1),mod_vlan_vid:5,set_tunnel:9,write_actions()",
];

describe.skipIf(WITHOUT_VSWITCHD !== undefined)(
  `dump-flows as ovs-ofctl prints it (${WITHOUT_VSWITCHD ?? "here"})`,
  () => {
    let daemon: Vswitchd | undefined;
    afterAll(() => daemon?.stop());

    it("prints what stands before a match, with counters and without", { timeout: 30_000 }, () => {
      daemon = new Vswitchd([1, 2, 3].map((ofport) => ({ name: `p${ofport}`, ofport })));
      daemon.ofctl("add-flows", ["-"], FLOWS.join("\n"));
      const ages = /duration=[^,]*|idle_age=\d+/g;
      const dumped = (options: string[]) =>
        daemon!
          .ofctl("dump-flows", options)
          .split("\n")
          .filter((line) => line.includes("actions="))
          .map((line) => line.trim().replace(ages, "?"))
          .sort();
      const printed = (counters: Parameters<typeof formatFlow>[1]) =>
        FLOWS.map((flow) => formatFlow(parseFlow(flow, NAMES).flow, counters).replace(ages, "?")).sort();
      expect(printed({ packets: 0n, bytes: 0n, duration: 0, idle: 0 })).toEqual(dumped([]));
      expect(printed(undefined)).toEqual(dumped(["--no-stats"]));
    });
  },
);
