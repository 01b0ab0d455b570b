import { describe, expect, it } from "vitest";
import { Bridge } from "../../../../../src/network/ovs/openflow/bridge/bridge.ts";
import { openFlowPort } from "../../../../../src/network/ovs/openflow/bridge/port.ts";
import { formatFlow } from "../../../../../src/network/ovs/openflow/flow/format-flow.ts";
import { runCommand } from "../../../../../src/network/ovs/openflow/ofctl/command.ts";

const START = [
  "add-group group_id=1,type=all,bucket=actions=output:2",
  "add-flow cookie=0x12,priority=5,tcp,tp_dst=22,actions=output:1",
  "add-flow table=1,priority=5,tcp,actions=output:2",
  "add-flow priority=5,ip,actions=group:1",
  "add-flow actions=drop",
];
const [SSH, TCP, IP, ALL] = [
  "cookie=0x12, priority=5,tcp,tp_dst=22 actions=output:1",
  "table=1, priority=5,tcp actions=output:2",
  "priority=5,ip actions=group:1",
  "actions=drop",
];

function bridge(): Bridge {
  const made = new Bridge("br0");
  for (const ofport of [1, 2]) made.addPort(openFlowPort({ ofport, name: `p${ofport}` }));
  for (const line of START) runCommand(made, line, 0);
  return made;
}

const CASES = [
  { name: "flows of a match and all within it", have: "del-flows tcp", want: [IP, ALL] },
  { name: "of one table", have: "del-flows table=0,tcp", want: [IP, ALL, TCP] },
  { name: "of this match alone", have: "--strict del-flows priority=5,tcp", want: [SSH, IP, ALL] },
  { name: "with --strict behind the command", have: "del-flows --strict priority=5,ip", want: [SSH, ALL, TCP] },
  { name: "of this priority alone", have: "--strict del-flows tcp", want: [SSH, IP, ALL, TCP] },
  { name: "of a cookie", have: "del-flows cookie=0x2/0x2", want: [IP, ALL, TCP] },
  { name: "that send to a port", have: "del-flows out_port=p2", want: [SSH, IP, ALL] },
  { name: "that lead to a group", have: "del-flows out_group=1", want: [SSH, ALL, TCP] },
  { name: "all", have: "del-flows", want: [] },
  { name: "of a group that goes", have: "del-groups group_id=1", want: [SSH, ALL, TCP] },
  { name: "of no group", have: "del-groups 7", want: [SSH, IP, ALL, TCP] },
  {
    name: "changed, with cookies as in OpenFlow 1.0",
    have: "mod-flows tcp,actions=drop",
    want: ["priority=5,tcp,tp_dst=22 actions=drop", IP, ALL, "table=1, priority=5,tcp actions=drop"],
  },
  {
    name: "changed, without",
    have: "-O OpenFlow13 mod-flows tcp,actions=drop",
    want: ["cookie=0x12, priority=5,tcp,tp_dst=22 actions=drop", IP, ALL, "table=1, priority=5,tcp actions=drop"],
  },
  {
    name: "added where there is none to be changed",
    have: "mod-flows udp,actions=drop",
    want: [SSH, IP, ALL, "udp actions=drop", TCP],
  },
  { name: "not added by later versions", have: "-O OpenFlow13 mod-flows udp,actions=drop", want: [SSH, IP, ALL, TCP] },
];

const REFUSED = [
  { have: "del-flow ip", want: "there is no command 'del-flow'" },
  { have: "-O OpenFlow16 del-flows", want: "unknown OpenFlow version 'OpenFlow16'" },
  { have: "", want: "there is no command ''" },
  { have: "--strict add-flow actions=drop", want: "add-flow takes no --strict" },
  { have: "del-flows priority=5", want: "priority" },
  { have: "add-flow ip,actions=group:7", want: "there is no group 7 (OFPBAC_BAD_OUT_GROUP)" },
  { have: "add-group group_id=1,type=all", want: "there is a group 1 already (OFPGMFC_GROUP_EXISTS)" },
  { have: "mod-group group_id=7,type=all", want: "there is no group 7 (OFPGMFC_UNKNOWN_GROUP)" },
  { have: "add-flow priority=5,nw_src=10.0.0.0/8,ip,check_overlap,actions=drop", want: "(OFPFMFC_OVERLAP)" },
  { have: "add-meter meter=1", want: "must specify bands" },
  { have: "mod-meter meter=1,kbps,bands=type=drop,rate=1", want: "there is no meter 1 (OFPMMFC_UNKNOWN_METER)" },
  { have: "mod-flows ip,actions=meter:1,output:1", want: "there is no meter 1 (OFPMMFC_INVALID_METER)" },
  { have: "insert-buckets group_id=1,bucket=output:1", want: "must specify a command bucket id" },
  { have: "insert-buckets group_id=1,command_bucket_id=last", want: "must specify buckets" },
  { have: "insert-buckets group_id=1,command_bucket_id=9,bucket=bucket_id=3,output:1", want: "OFPGMFC_UNKNOWN_BUCKET" },
  { have: "insert-buckets group_id=1,command_bucket_id=last,bucket=output:1", want: "OFPGMFC_BUCKET_EXISTS" },
  { have: "insert-buckets group_id=7,command_bucket_id=last,bucket=output:1", want: "OFPGMFC_UNKNOWN_GROUP" },
  { have: "insert-buckets type=all", want: "type is not needed" },
  { have: "-O OpenFlow13 remove-buckets group_id=1", want: "remove-bucket needs OpenFlow 1.5" },
  { have: "remove-buckets group_id=1,command_bucket_id=4", want: "OFPGMFC_UNKNOWN_BUCKET" },
  { have: "remove-buckets group_id=1,bucket=output:1", want: "bucket is not needed" },
  { have: "--may-create add-group group_id=9,type=all", want: "add-group takes no --may-create" },
  { have: "mod-flows ip", want: "must specify an action" },
];

describe("commands of ovs-ofctl", () => {
  it.each(CASES)("leave flows: $name", ({ have, want }) => {
    const made = bridge();
    runCommand(made, have, 5);
    expect([...made.rules()].map(({ entry }) => formatFlow(entry)).sort()).toEqual(want.toSorted());
  });

  it.each(REFUSED)("are refused: $have", ({ have, want }) => {
    const made = bridge();
    expect(() => runCommand(made, have, 5)).toThrow(want);
    expect([...made.rules()]).toHaveLength(4);
  });

  it("take flows away with the meter that they use", () => {
    const made = bridge();
    runCommand(made, "add-meter meter=3,pktps,bands=type=drop,rate=5", 0);
    runCommand(made, "add-flow udp,actions=meter:3,output:1", 0);
    expect(() => runCommand(made, "add-meter meter=3,kbps,bands=type=drop,rate=5", 0)).toThrow("OFPMMFC_METER_EXISTS");
    runCommand(made, "del-meters meter=3", 0);
    expect([...made.rules()]).toHaveLength(4);
    expect(made.meters.size).toBe(0);
  });

  it("change a group's buckets one by one", () => {
    const made = bridge();
    const steps = [
      ["insert-buckets group_id=1,command_bucket_id=first,bucket=bucket_id=5,output:1", [5, 0]],
      [
        "insert-buckets group_id=1,command_bucket_id=5,bucket=bucket_id=6,output:1,bucket=bucket_id=7,output:2",
        [5, 6, 7, 0],
      ],
      ["remove-buckets group_id=1,command_bucket_id=last", [5, 6, 7]],
      ["remove-buckets group_id=1,command_bucket_id=6", [5, 7]],
      ["remove-buckets group_id=1", []],
      ["--may-create mod-group group_id=1,type=all,bucket=output:1", [0]],
    ] as const;
    for (const [line, want] of steps) {
      runCommand(made, line, 0);
      expect(made.groups.get(1)?.buckets.map(({ id }) => id)).toEqual(want);
    }
  });

  it("keep what changed flows have seen, unless they are told not to", () => {
    const made = bridge();
    for (const rule of made.rules()) rule.packets = 3n;
    runCommand(made, "mod-flows tcp,actions=drop", 5);
    runCommand(made, "mod-flows table=0,tcp,reset_counts,actions=NORMAL", 6);
    expect([...made.rules()].map(({ added }) => added)).toEqual([0, 0, 0, 0]);
    expect([...made.rules()].filter(({ packets }) => packets === 0n).map(({ entry }) => formatFlow(entry))).toEqual([
      "priority=5,tcp,tp_dst=22 actions=NORMAL",
    ]);
  });
});
