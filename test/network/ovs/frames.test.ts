import { describe, expect, it } from "vitest";
import { hex } from "../frames.ts";
import { OurSwitch, type Sent } from "./our-switch.ts";
import { described } from "./packets.ts";

type Layers = readonly Readonly<Record<string, unknown>>[];

const ether = { ether: null };
const UDP: Layers = [ether, { ip: null }, { udp: null }];
const tagged = (id: number): Layers => [ether, { vlan: { id } }, { ip: null }, { udp: null }];
const bytes = (layers: Layers): string => hex(described(layers));

const DATAGRAM = bytes(UDP);
const TAGGED = bytes(tagged(10));
const BROADCAST = "ffffffffffffffffffffffff88b5";
const from = (source: string, type = "88b5") => `020000000002${source}${type}`;
const LATER = "02000000000702000000000208004501002300090008ff11ea04c0a807090a00000201bb0400000f000000010203040506";
const [A, B] = ["02000000000a", "02000000000b"];
const repeated = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

/**
 * What the last frame makes leave. Frames come in by p1, others as `PORT FRAME`; numbers are milliseconds that pass. Each is
 * what ovs-vswitchd does.
 */
describe("frames through tables", () => {
  it.each<{
    name: string;
    flows: string[];
    groups?: string[];
    have: (string | number)[];
    want: Sent;
  }>([
    {
      name: "a tagged frame does not take the way of untagged ones before it",
      flows: ["vlan_tci=0x0000/0x1fff,actions=2", "priority=0,actions=3"],
      have: [DATAGRAM, TAGGED],
      want: { p3: [TAGGED] },
    },
    {
      name: "nor an untagged frame that of tagged ones",
      flows: ["priority=0,actions=3", "vlan_tci=0x1000/0x1000,actions=2"],
      have: [TAGGED, DATAGRAM],
      want: { p3: [DATAGRAM] },
    },
    {
      name: "nobody has a group address, however often it sends",
      flows: ["actions=NORMAL"],
      have: repeated(3, BROADCAST),
      want: { p2: [BROADCAST], p3: [BROADCAST], p4: [BROADCAST] },
    },
    {
      name: "what comes after more than one tag is found again after a write",
      flows: [
        "actions=push_vlan:0x88a8,set_field:4096->vlan_vid,push_vlan:0x8100,set_field:4097->vlan_vid,set_field:02:00:00:00:00:0a->eth_src,push_mpls:0x8847,2",
      ],
      have: [from(B, "0800")],
      want: { p2: [`020000000002${A}8100000188a80000884700000140`] },
    },
    {
      name: "a label comes behind the tag that is left",
      flows: ["actions=pop_vlan,push_mpls:0x8847,2"],
      have: [`020000000002${B}88a8600a8100000008004500`],
      want: { p2: [`020000000002${B}8100000088470000014045 00`.replace(" ", "")] },
    },
    {
      name: "flows of any VLAN are of one VLAN each, whatever its priority",
      flows: ["actions=bundle(symmetric_l3l4+udp,5,hrw,ofport,members:2,3,4)"],
      have: [from(A, "8100001488b5"), `02000000000702000000000d8100601488b5`],
      want: { p4: ["02000000000702000000000d8100601488b5"] },
    },
    {
      name: "groups do not hash ports of later fragments, which have none",
      groups: [
        "group_id=2,type=select,selection_method=hash,fields(eth_src,ip_src,tcp_dst,udp_dst),bucket=weight=1,actions=output:3,bucket=weight=3,actions=output:4",
      ],
      flows: ["actions=group:2"],
      have: [LATER],
      want: { p4: [LATER] },
    },
    {
      name: "a flow that the packet itself has taught is not there for it yet",
      flows: [
        "actions=learn(table=1,NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),resubmit(,1),4",
        "table=1,priority=0,actions=3",
      ],
      have: [from(A)],
      want: { p3: [from(A)], p4: [from(A)] },
    },
    {
      name: "it is for the next one",
      flows: [
        "actions=learn(table=1,NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),resubmit(,1)",
        "table=1,priority=0,actions=3",
      ],
      have: [from(A), `p2 ${from(A)}`],
      want: { p1: [from(A)] },
    },
    {
      name: "one that it replaces is there until then",
      flows: ["actions=learn(table=1,NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),resubmit(,1)"],
      have: [from(A), `p2 ${from(A)}`, `p3 ${from(A)}`],
      want: { p2: [from(A)] },
    },
    {
      name: "what is learnt again lives on, by its hard timeout",
      flows: [
        "in_port=1,actions=learn(table=1,hard_timeout=10,NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])",
        "in_port=2,actions=resubmit(,1)",
      ],
      have: [from(A), 8000, from(A), 8000, `p2 ${from(A)}`],
      want: { p1: [from(A)] },
    },
    {
      name: "but not by its idle timeout, which is that of its own packets",
      flows: [
        "in_port=1,actions=learn(table=1,idle_timeout=10,NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])",
        "in_port=2,actions=resubmit(,1)",
      ],
      have: [from(A), 8000, from(A), 8000, `p2 ${from(A)}`],
      want: {},
    },
  ])("$name", ({ flows, groups = [], have, want }) => {
    const node = new OurSwitch(["p1", "p2", "p3", "p4"], { flows, groups });
    let sent: Sent = {};
    for (const step of have) {
      if (typeof step === "number") node.wait(step);
      else {
        const [, port = "p1", frame = ""] = /^(?:(\w+) )?(\w+)$/.exec(step) ?? [];
        sent = node.send(port, frame);
      }
    }
    expect(sent).toEqual(want);
    expect(node.stage.unaccounted).toEqual([0, 0]);
  });
});
