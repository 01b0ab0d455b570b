import { AT } from "../../flow/layout.ts";
import { onWire, type WirePlace } from "../action/on-wire.ts";
import { formatActions } from "../action/registry.ts";
import { formatMatch } from "../match/format-match.ts";
import { hex } from "../text/number.ts";
import { DEFAULT_PRIORITY, type FlowEntry } from "./flow.ts";

/** What a flow in a table has seen. */
export interface FlowCounters {
  readonly packets: bigint;
  readonly bytes: bigint;
  /** Nanoseconds since it was added, and since its last packet. */
  readonly duration: number;
  readonly idle: number;
}

/** A line of `ovs-ofctl -O OpenFlow15 dump-flows`; without counters one of `--no-stats`. */
export function formatFlow(flow: FlowEntry, counters?: FlowCounters): string {
  const parts: string[] = [];
  if (flow.cookie !== 0n || counters !== undefined)
    parts.push(`cookie=${flow.cookie === 0n ? "0x0" : hex(flow.cookie)}`);
  if (counters !== undefined) parts.push(`duration=${seconds(counters.duration)}s`);
  if (counters !== undefined || flow.table !== 0) parts.push(`table=${flow.table}`);
  if (counters !== undefined) parts.push(`n_packets=${counters.packets}`, `n_bytes=${counters.bytes}`);
  if (flow.idleTimeout !== 0) parts.push(`idle_timeout=${flow.idleTimeout}`);
  if (flow.hardTimeout !== 0) parts.push(`hard_timeout=${flow.hardTimeout}`);
  const flags = flow.flags.map((flag) => `${flag} `).join("");
  const more = flow.importance === 0 ? "" : `importance=${flow.importance}, `;
  const head = parts.map((part) => `${part}, `).join("");
  const age = counters === undefined ? "" : `idle_age=${Math.floor(counters.idle / 1e9)}, `;
  const match = formatRule(flow, ",");
  return `${head}${flags}${more}${age}${match === "" ? "" : `${match} `}actions=${formatActions(onWire(flow.actions, placeOf(flow)))}`;
}

/** What the flow's match says of its packets. */
function placeOf({ match: { key, mask } }: FlowEntry): WirePlace {
  const hasVlan = (key[AT.vlanTci]! & mask[AT.vlanTci]! & 0x10) !== 0;
  return { hasVlan, protocol: mask[AT.nwProto] === 0xff ? key[AT.nwProto] : undefined };
}

/** Priority and match, as dump-flows (`,` between them) puts them. */
function formatRule({ match, priority }: FlowEntry, separator: string): string {
  const parts = [priority === DEFAULT_PRIORITY ? "" : `priority=${priority}`, formatMatch(match)];
  return parts.filter((part) => part !== "").join(separator);
}

function seconds(nanoseconds: number): string {
  return (Math.floor(nanoseconds / 1e6) / 1000).toFixed(3);
}
