import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { WITHOUT_VSWITCHD } from "../vswitchd.ts";
import { parsedHere } from "./here.ts";
import { drawnFrom, mutated } from "./mutation.ts";
import { parsedThere, type Verdict } from "./reference.ts";

const list = (name: string) =>
  readFileSync(new URL(`${name}.txt`, import.meta.url), "utf8")
    .trim()
    .split("\n");
const MATCHES = list("matches");
const ACTIONS = list("actions");

/** What an action needs of the match, by its text; every action is also tried without. */
const NEEDS: readonly (readonly [RegExp, string])[] = [
  [/vlan_vid|vlan_pcp|OXM_OF_VLAN|pop_vlan|strip_vlan/i, "dl_vlan=5"],
  [/mpls/i, "mpls"],
  [/arp/i, "arp"],
  [/ipv6|fd00|=::/i, "ipv6"],
  [/nd_|icmpv6/i, "icmp6,icmp_type=135"],
  [/icmp/, "icmp"],
  [/udp|tftp/, "udp"],
  [/sctp/, "sctp"],
  [/tcp|tp_|nw_|ip_|NXM_OF_IP|ttl|ct|TCP/, "tcp"],
];
const withNeeds = (action: string) => {
  const need = NEEDS.find(([text]) => text.test(action))?.[1];
  return need === undefined ? [` actions=${action}`] : [`${need} actions=${action}`];
};

/** What ovs-ofctl takes and netsim does not, on purpose: digits that do not fit or mean nothing, parentheses left open. */
const STRICTER =
  /too large for \d+-bit|invalid (?:IP|Ethernet|mac) address|^invalid |cannot parse integer|no closing parenthesis|unknown (?:\w+ flag|table "255")|not in packet_type|syntax is|bad syntax for|not a valid OXM/;
/** What only some versions of OpenFlow have: all the bits of a tag, tables that are not past the flow's own. */
const VERSIONS = /vlan_tci=0x0000|goto_table/;

function agree(flow: string, there: Verdict, here: ReturnType<typeof parsedHere>): boolean {
  if ("refusal" in there) return "refusal" in here;
  if ("refusal" in here) return STRICTER.test(here.refusal) || VERSIONS.test(flow);
  return "isAccepted" in there || here.form === there.form || VERSIONS.test(here.form);
}

const disagreements = (flows: readonly string[]) =>
  flows.flatMap((flow) => {
    const [there, here] = [parsedThere(flow), parsedHere(flow)];
    return agree(flow, there, here) ? [] : [[flow, JSON.stringify(there), JSON.stringify(here)].join("\n")];
  });

/** Where tunnels have no options mapped, which add-tlv-map does there and nothing here; no switch is asked by parse-flow. */
const ABSENT = [
  "tun_metadata0=5 actions=drop",
  "tun_metadata63 actions=drop",
  "actions=set_field:5->tun_metadata0",
  "actions=move:tun_metadata9[0..31]->NXM_NX_REG0[]",
  "actions=load:5->NXM_NX_TUN_METADATA1[0..3]",
  "actions=learn(table=1,tun_metadata0=5)",
  "actions=output:tun_metadata0[0..15]",
];

it.each(ABSENT)("refuses metadata of tunnels as a switch without a map of options: %s", (flow) => {
  expect(parsedHere(flow)).toEqual({ refusal: expect.stringContaining("NXFMFC_INVALID_TLV_FIELD") });
});

const UNKNOWN = ["delete_field:tun_metadata0", "set_field:1->tun_gtpu_flags"];

it.each(UNKNOWN)("refuses by name what is not there: %s", (action) => {
  expect(parsedHere(`actions=${action}`)).toEqual({ refusal: expect.stringContaining("is not there") });
});

describe.skipIf(WITHOUT_VSWITCHD !== undefined)(
  `flow syntax as ovs-ofctl reads it (${WITHOUT_VSWITCHD ?? "here"})`,
  () => {
    it(`takes and prints ${MATCHES.length} matches alike`, { timeout: 30_000 }, () => {
      expect(disagreements(MATCHES.map((match) => `${match} actions=drop`))).toEqual([]);
    });

    it(`takes and prints ${ACTIONS.length} lists of actions alike`, { timeout: 30_000 }, () => {
      expect(disagreements(ACTIONS.flatMap(withNeeds))).toEqual([]);
    });

    it("takes and prints flows with mistakes drawn into them alike", { timeout: 30_000 }, () => {
      const draw = drawnFrom(20261128);
      const flows = Array.from({ length: 300 }, () =>
        draw(2) === 0
          ? `${mutated(MATCHES[draw(MATCHES.length)]!, MATCHES, draw)} actions=drop`
          : `tcp actions=${mutated(ACTIONS[draw(ACTIONS.length)]!, ACTIONS, draw)}`,
      );
      expect(disagreements(flows.filter((flow) => !flow.startsWith("-")))).toEqual([]);
    });

    it("says what is wrong in the same words", () => {
      const said = WRONG.map((flow) => ({ flow, says: parsedHere(flow) }));
      expect(said).toEqual(WRONG.map((flow) => ({ flow, says: parsedThere(flow) })));
    });
  },
);

const WRONG = [
  "tcp,tp_dts=80 actions=drop",
  "tcp,tp_dst=65536 actions=drop",
  "ip,nw_src=10.0.0.1/33 actions=drop",
  "ipv6,ipv6_src=fe80::1/129 actions=drop",
  "tcp,tcp_flags=+foo actions=drop",
  "tcp,tcp_flags=+syn-syn actions=drop",
  "ct_state=+foo actions=drop",
  "reg0=foo actions=drop",
  "reg0=3/foo actions=drop",
  "foo actions=drop",
  "priority=65536 actions=drop",
  "table=256 actions=drop",
  "cookie=0x5/0xff actions=drop",
  "tcp",
  "actions=outpu:1",
  "actions=output:foo",
  "actions=drop,output:1",
  "actions=controller(reason=foo)",
  "actions=controller(userdata=zz)",
  "actions=enqueue:1",
  "actions=set_queue",
  "actions=group:foo",
  "actions=set_field:5->foo",
  "actions=set_field:5",
  "actions=load:16->reg0[0..3]",
  "actions=move:reg0[0..15]->reg1",
  "actions=mod_vlan_vid:4096",
  "actions=mod_nw_tos:3",
  "actions=mod_tp_dst:65536",
  "actions=push_vlan:0x800",
  "actions=pop_mpls:foo",
  "ip actions=ct(foo)",
  "ip actions=ct(force)",
  "ip actions=ct(commit,alg=foo)",
  "ip actions=ct(commit,nat(src=1.2.3.9-1.2.3.4))",
  "ip actions=ct(commit,nat(random))",
  "ip actions=ct(commit,exec(output:1))",
  "actions=resubmit()",
  "actions=resubmit(foo,1)",
  "actions=learn(foo)",
  "actions=conjunction(foo)",
  "actions=conjunction(1,3/2)",
  "actions=multipath(eth_src,50,foo,5,0,reg0)",
  "actions=bundle(foo,0,hrw,ofport,members:1)",
  "actions=fin_timeout(foo=5)",
  "actions=sample(probability=0)",
  "actions=note:zz",
  "actions=write_actions(goto_table:1)",
  "actions=goto_table:5,output:1",
  "actions=clear_actions,clear_actions",
  "actions=output:ANY",
];
