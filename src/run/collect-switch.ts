import type { Megaflow } from "../network/ovs/datapath/megaflow.ts";
import { formatDatapathActions } from "../network/ovs/dpctl/format-actions.ts";
import { AT, VLAN_PRESENT } from "../network/ovs/flow/layout.ts";
import { formatMatch } from "../network/ovs/openflow/match/format-match.ts";
import type { Switch } from "../network/ovs/switch.ts";
import { get16, set16 } from "../packet/wire.ts";
import type { MegaflowResult, SwitchResult } from "./result.ts";

/** Reads the counters of an Open vSwitch's datapath at the end of a run. */
export function switchResult({ datapath, ports, programs, slowPath, model }: Switch, now: number): SwitchResult {
  datapath.settle();
  const { table, upcalls, revalidation, tracker } = datapath;
  const flows = [...table.flows()].sort((a, b) => b.packets - a.packets || a.created - b.created);
  return {
    contract: model.contract,
    ports: [...ports.values()].map(({ number, name, kind, counters }) => ({ number, name, type: kind, ...counters })),
    lookups: { hit: datapath.hit, missed: datapath.missed },
    upcalls: { misses: upcalls.misses, actions: upcalls.actions, lost: upcalls.lost, queued: upcalls.length },
    masks: { count: table.masks.length, tried: table.masksTried, cacheHits: table.cacheHits },
    megaflows: flows.map(megaflowResult),
    expired: revalidation.expired,
    invalidated: revalidation.invalid,
    connections: [...tracker.connections.live(now)].length,
    packetsIn: slowPath?.packetsIn ?? 0,
    keyProblems: [...(programs?.keyProblems ?? [])].map(([problem, packets]) => ({ problem, packets })),
  };
}

function megaflowResult({ key, mask, actions, packets, bytes, used }: Megaflow): MegaflowResult {
  const match = { key: key.map((byte, i) => byte & mask.bytes[i]!), mask: mask.bytes.slice() };
  // That there is no tag every megaflow of such packets wants, and none says.
  for (const at of [AT.vlanTci, AT.innerVlanTci])
    if (get16(match.key, at) === 0 && (get16(match.mask, at) & VLAN_PRESENT) !== 0) set16(match.mask, at, 0);
  return {
    match: formatMatch(match),
    actions: actions.length === 0 ? "drop" : formatDatapathActions(actions),
    packets,
    bytes,
    used: used < 0 ? null : used,
  };
}
