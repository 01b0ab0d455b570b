import type { Megaflow } from "../network/ovs/datapath/megaflow.ts";
import { formatDatapathActions } from "../network/ovs/dpctl/format-actions.ts";
import { formatMatch } from "../network/ovs/openflow/match/format-match.ts";
import type { Switch } from "../network/ovs/switch.ts";
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
  const masked = key.map((byte, i) => byte & mask.bytes[i]!);
  return {
    match: formatMatch({ key: masked, mask: mask.bytes }),
    actions: actions.length === 0 ? "drop" : formatDatapathActions(actions),
    packets,
    bytes,
    used: used < 0 ? null : used,
  };
}
