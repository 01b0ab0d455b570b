import { describe, expect, it } from "vitest";
import { formatFlow } from "../../../../src/network/ovs/openflow/flow/format-flow.ts";
import { parseFlow } from "../../../../src/network/ovs/openflow/flow/parse-flow.ts";
import { FlowSyntaxError } from "../../../../src/network/ovs/openflow/text/syntax-error.ts";

const PORTS = new Map([
  ["web", 1],
  ["db", 2],
]);

/** What is printed of a flow that has just been read; as ovs-ofctl 3.1 prints it, but for load and mod_*, which stay. */
const PRINTED: readonly (readonly [have: string, want: string])[] = [
  ["actions=1,web,LOCAL,in_port,all,flood,normal", "actions=output:1,output:1,LOCAL,IN_PORT,ALL,FLOOD,NORMAL"],
  ["dl_type=0x800,nw_proto=6,tp_dst=3 actions=db", "tcp,tp_dst=3 actions=output:2"],
  ["ipv6,ct_state=+trk-new,actions=drop", "ct_state=-new+trk,ipv6 actions=drop"],
  ["tcp,tcp_flags=+syn-ack actions=", "tcp,tcp_flags=+syn-ack actions=drop"],
  ["dl_vlan=5,dl_vlan_pcp=3,actions=2", "dl_vlan=5,dl_vlan_pcp=3 actions=output:2"],
  ["vlan_tci=0x1123/0x1fff actions=2", "dl_vlan=291 actions=output:2"],
  ["vlan_vid=0x1005/0x100f,actions=1", "vlan_tci=0x1005/0x100f actions=output:1"],
  ["dl_vlan=0xffff actions=1", "vlan_tci=0x0000 actions=output:1"],
  ["ip,nw_frag=later,nw_proto=50,actions=2", "ip,nw_proto=50,nw_frag=later actions=output:2"],
  ["tcp,nw_frag=yes,tp_src=0x80/0xfff0,actions=2", "tcp,nw_frag=yes,tp_src=0x80/0xfff0 actions=output:2"],
  ["ipv6,ipv6_src=fe80::1/10,ipv6_label=5 actions=2", "ipv6,ipv6_src=fe80::/10,ipv6_label=0x00005 actions=output:2"],
  ["in_port=db,reg3=4,xreg1=7,metadata=5/7 actions=2", "reg2=0,reg3=0x7,metadata=0x5/0x7,in_port=2 actions=output:2"],
  ["table=3,priority=0,cookie=5 actions=exit", "cookie=0x5, table=3, priority=0 actions=exit"],
  [
    "ip,actions=ct(commit,zone=5,exec(set_field:1->ct_mark))",
    "ip actions=ct(commit,zone=5,exec(set_field:0x1->ct_mark))",
  ],
  ["actions=move:eth_src[0..15]->reg0[0..15]", "actions=move:NXM_OF_ETH_SRC[0..15]->NXM_NX_REG0[0..15]"],
  [
    "actions=learn(table=1,hard_timeout=60,NXM_OF_VLAN_TCI[0..11],eth_dst=eth_src,output:in_port)",
    "actions=learn(table=1,hard_timeout=60,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])",
  ],
  ["actions=note:01.02", "actions=note:01.02.00.00.00.00"],
  ["actions=bpf(count,5),bpf(count,0,6)", "actions=bpf(count,0x5),bpf(count,0,0x6)"],
  ["actions=resubmit(,4),resubmit:2,resubmit(2,5)", "actions=resubmit(,4),resubmit:2,resubmit(2,5)"],
];

/** What is refused: where, and in ovs-ofctl's words. */
const REFUSED: readonly (readonly [have: string, at: string, want: string])[] = [
  ["in_port=1", "in_port=1", "must specify an action"],
  ["foo=3 actions=1", "foo", "unknown keyword foo"],
  ["priority actions=1", "priority", "field priority missing value"],
  ["tcp,tp_dst=99999,actions=1", "99999", "99999: value too large for 2-byte field tcp_dst"],
  ["ip,nw_src=1.2.3 actions=1", "1.2.3", "1.2.3: invalid IP address"],
  ["in_port=1/3,actions=1", "1/3", "1/3: invalid or unknown port for in_port"],
  ["ip,ct_state=+foo,actions=1", "+foo", "foo: unknown ct_state flag(s)"],
  ["actions=outpt:1", "outpt", "unknown action outpt"],
  ["actions=output:nosuch", "nosuch", "nosuch: output to unknown port"],
  ["actions=resubmit(,300)", "300", "300: resubmit to unknown table"],
  ["actions=set_field:5", "5", "5: missing `->'"],
  ["actions=load:500->reg0[0..3]", "500", "500->reg0[0..3]: value 0x1f4 does not fit into 4 bits"],
  [
    "actions=move:reg0[0..3]->reg1[0..4]",
    "reg0[0..3]->reg1[0..4]",
    "reg0[0..3]->reg1[0..4]: source field is 4 bits wide but destination is 5 bits wide",
  ],
  [
    "tcp,nw_frag=later actions=set_field:5->tcp_dst",
    "set_field:5->tcp_dst",
    "actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)",
  ],
  ["actions=set_field:5->eth_type", "eth_type", "eth_type is read-only"],
  ["actions=1,drop", "drop", '"drop" must not be accompanied by any other action or instruction'],
  [
    "actions=goto_table:5,2",
    "2",
    "invalid instruction ordering: apply_actions must appear before goto_table, for OpenFlow 1.1+ compatibility",
  ],
  [
    "actions=group:1,meter:9",
    "meter:9",
    "invalid instruction ordering: meter must appear before apply_actions, for OpenFlow 1.1+ compatibility",
  ],
  ["actions=meter:1,meter:2", "meter:2", "duplicate meter instruction not allowed, for OpenFlow 1.1+ compatibility"],
  ["actions=clone(meter:1,2)", "meter:1", "clone action doesn't support nested action meter"],
  ["actions=clone(goto_table:1)", "goto_table:1", "goto_table instruction not allowed here"],
  ["actions=write_actions(write_actions(2))", "write_actions(2)", "write_actions instruction not allowed here"],
  ["ip,actions=ct(exec(output:2))", "output:2", "ct action doesn't support nested action output"],
  ["ip,actions=ct(exec(mod_vlan_vid:2))", "mod_vlan_vid:2", "ct action doesn't support nested action set_vlan_vid"],
  ["ip,actions=ct(exec(load:1->reg0))", "load:1->reg0", "ct action doesn't support nested modification of reg0"],
  ["actions=set_field:5->ct_mark", "set_field:5->ct_mark", "cannot set CT fields outside of ct action"],
  [
    "actions=conjunction(1,1/2),pop_vlan",
    "pop_vlan",
    '"conjunction" actions may be used along with "note" but not any other kind of action (such as the "strip_vlan" action used here)',
  ],
  [`actions=${"clone(".repeat(101)}1${")".repeat(101)}`, `clone(1)`, "Action nested too deeply"],
  ["actions=conjunction(1,3/2)", "1,3/2", "clause index must be less than or equal to number of clauses"],
  [
    "actions=set_field:5->nw_ttl",
    "set_field:5->nw_ttl",
    "actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)",
  ],
];

describe("parseFlow", () => {
  it.each(PRINTED)("reads %s", (have, want) => {
    expect(formatFlow(parseFlow(have, PORTS).flow)).toBe(want);
  });

  it.each(PRINTED)("reads again what it prints of %s", (_, want) => {
    expect(formatFlow(parseFlow(want, PORTS).flow)).toBe(want);
  });

  it.each(REFUSED)("refuses %s", (have, at, want) => {
    const error = caught(() => parseFlow(have, PORTS));
    expect(error).toBeInstanceOf(FlowSyntaxError);
    const { message, start, end } = error as FlowSyntaxError;
    expect({ message, at: have.slice(start, end) }).toEqual({ message: want, at });
  });

  it("leaves out what no packet of the match has, and says so", () => {
    const { flow, ignored } = parseFlow("ip,tp_dst=80,nw_src=10.0.0.1,actions=1", PORTS);
    expect({ text: formatFlow(flow), ignored }).toEqual({
      text: "ip,nw_src=10.0.0.1 actions=output:1",
      ignored: ["tp_dst"],
    });
  });
});

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
