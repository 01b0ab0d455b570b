import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Bridge } from "../../src/network/ovs/openflow/bridge/bridge.ts";
import { openFlowPort } from "../../src/network/ovs/openflow/bridge/port.ts";
import { formatFlow } from "../../src/network/ovs/openflow/flow/format-flow.ts";
import { formatGroup } from "../../src/network/ovs/openflow/group/format-group.ts";
import { runCommand } from "../../src/network/ovs/openflow/ofctl/command.ts";
import { FlowSyntaxError } from "../../src/network/ovs/openflow/text/syntax-error.ts";
import { Vswitchd, WITHOUT_VSWITCHD } from "./vswitchd.ts";

const SEQUENCES = process.env.CI === "true" ? 20 : 6;
const COMMANDS = 14;
const [OLD, NEW] = [
  ["-O", "OpenFlow10"],
  ["-O", "OpenFlow15"],
];

const match = fc.constantFrom(
  "",
  "in_port=1",
  "ip",
  "ip,nw_src=10.0.0.0/8",
  "ip,nw_src=10.1.0.0/16",
  "tcp",
  "tcp,tp_dst=22",
  "tcp,nw_src=10.1.0.0/16,tp_dst=22",
  "udp,in_port=2",
  "dl_vlan=5",
);
const table = fc.constantFrom("", "table=0", "table=1");
const priority = fc.constantFrom("", "priority=5", "priority=9");
const cookie = fc.constantFrom("", "cookie=0x1", "cookie=0x12", "cookie=0x3");
const masked = fc.constantFrom("", "", "cookie=0x2/0x2", "cookie=0x1/-1");
const old = fc.constantFrom("drop", "output:1", "output:2,output:3", "resubmit(,1)", "output:3,resubmit(,1)");
const actions = fc.oneof(
  old,
  fc.constantFrom("group:1", "group:2", "clone(group:1),output:2", "meter:1,output:1", "meter:2,drop"),
);
const joined = (...parts: readonly fc.Arbitrary<string>[]) =>
  fc.tuple(...parts).map((words) => words.filter((word) => word !== "").join(","));
const strict = fc.constantFrom("", "--strict ");

/** Lines as a topology's steps have them; those of flows with groups, and half of the others, in the newest version's way. */
const command = fc.oneof(
  joined(
    table,
    priority,
    cookie,
    match,
    fc.constantFrom("", "", "check_overlap"),
    old.map((it) => `actions=${it}`),
  ).map((flow) => `add-flow ${flow}`),
  joined(
    table,
    priority,
    cookie,
    match,
    actions.map((it) => `actions=${it}`),
  ).map((it) => `-O OpenFlow15 add-flow ${it}`),
  fc
    .tuple(
      strict,
      joined(
        table,
        priority,
        cookie,
        match,
        old.map((it) => `actions=${it}`),
      ),
    )
    .map(([a, b]) => `${a}mod-flows ${b}`),
  fc
    .tuple(
      strict,
      joined(
        table,
        priority,
        masked,
        match,
        actions.map((it) => `actions=${it}`),
      ),
    )
    .map(([a, b]) => `-O OpenFlow15 ${a}mod-flows ${b}`),
  joined(table, masked, match, fc.constantFrom("", "", "out_port=1", "out_port=2")).map((it) => `del-flows ${it}`),
  joined(table, priority, match).map((it) => `--strict del-flows ${it}`),
  fc.constantFrom("1", "2").map((id) => `-O OpenFlow15 add-group group_id=${id},type=all,bucket=actions=output:${id}`),
  fc.constantFrom("1", "2").map((id) => `-O OpenFlow15 mod-group group_id=${id},type=select,bucket=actions=output:3`),
  fc
    .tuple(
      fc.constantFrom("1", "2"),
      fc.constantFrom("first", "last", "1", "4", "all"),
      fc.constantFrom("output:2", "bucket_id=4,output:1", "weight=3,bucket_id=5,output:3", "watch_port=1,output:3"),
    )
    .map(([id, at, bucket]) => `-O OpenFlow15 insert-buckets group_id=${id},command_bucket_id=${at},bucket=${bucket}`),
  fc
    .tuple(fc.constantFrom("1", "2"), fc.constantFrom("first", "last", "0", "4", "all"))
    .map(([id, at]) => `-O OpenFlow15 remove-buckets group_id=${id},command_bucket_id=${at}`),
  fc.constantFrom("1", "2", "7").map((id) => `-O OpenFlow15 del-groups group_id=${id}`),
  fc.constantFrom("1", "2").map((id) => `-O OpenFlow15 add-meter meter=${id},kbps,bands=type=drop,rate=100`),
  fc.constantFrom("1", "2").map((id) => `-O OpenFlow15 mod-meter meter=${id},pktps,bands=type=drop,rate=5`),
  fc.constantFrom("meter=1", "meter=2", "meter=7", "").map((it) => `-O OpenFlow15 del-meters ${it}`.trim()),
  fc.constantFrom("group:1", "group:2").map((it) => `-O OpenFlow15 del-flows out_group=${it.slice(6)}`),
);

describe.skipIf(WITHOUT_VSWITCHD !== undefined)(
  `commands of ovs-ofctl as ovs-vswitchd does them (${WITHOUT_VSWITCHD ?? "here"})`,
  () => {
    let daemon: Vswitchd | undefined;
    afterAll(() => daemon?.stop());

    it(`leave the same flows and are refused alike, ${SEQUENCES} times ${COMMANDS} of them`, {
      timeout: 120_000,
    }, () => {
      daemon = new Vswitchd([1, 2, 3].map((ofport) => ({ name: `p${ofport}`, ofport })));
      const theirs = daemon;
      const sequences = fc.sample(fc.array(command, { minLength: COMMANDS, maxLength: COMMANDS }), {
        numRuns: SEQUENCES,
        seed: 20261127,
      });
      for (const lines of sequences) {
        theirs.ofctl("del-flows");
        theirs.ofctl("del-groups");
        theirs.ofctl("del-meters");
        const ours = newBridge();
        for (const [i, line] of lines.entries()) {
          const want = { refused: refusedBy(theirs, line), flows: dumped(theirs), groups: groupsOf(theirs) };
          const have = {
            refused: refusedHere(ours, line),
            flows: [...ours.rules()].map(({ entry }) => formatFlow(entry)).sort(),
            groups: [...ours.groups.values()].map(formatGroup).sort(),
          };
          const done = lines.slice(0, i + 1).join("\n");
          expect({ done, ...have }).toEqual({ done, ...want });
        }
      }
    });
  },
);

function newBridge(): Bridge {
  const made = new Bridge("br0");
  for (const ofport of [1, 2, 3]) made.addPort(openFlowPort({ ofport, name: `p${ofport}` }));
  return made;
}

function refusedHere(bridge: Bridge, line: string): boolean {
  try {
    runCommand(bridge, line, 0);
    return false;
  } catch (error) {
    if (!(error instanceof FlowSyntaxError)) throw error;
    return true;
  }
}

function refusedBy(daemon: Vswitchd, line: string): boolean {
  const [, version, dashes, name, rest] = /^(-O \S+ )?(--strict )?(\S+) ?(.*)$/.exec(line)!;
  const options = [...(version === undefined ? OLD : NEW), ...(dashes === undefined ? [] : ["--strict"])];
  try {
    daemon.ofctl(name!, rest === "" ? [] : [rest!], "", options);
    return false;
  } catch {
    return true;
  }
}

const groupsOf = (daemon: Vswitchd): string[] =>
  daemon
    .ofctl("dump-groups")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("group_id"))
    .sort();

const dumped = (daemon: Vswitchd): string[] =>
  daemon
    .ofctl("dump-flows", [], "", [...NEW, "--no-stats"])
    .split("\n")
    // OpenFlow 1.0 adds it to flows that are added, where it changes nothing.
    .map((line) => line.trim().replace("reset_counts ", ""))
    .filter((line) => line !== "" && !line.startsWith("OFPST_FLOW"))
    .sort();
