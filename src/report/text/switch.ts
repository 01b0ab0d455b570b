import type { MegaflowResult, SwitchResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count, plural, size } from "../words.ts";

/** Megaflows that are shown; the others are counted. */
const SHOWN = 8;

/** What an Open vSwitch's datapath did, and the flows that it has at the end. */
export function describeSwitch(result: SwitchResult, paint: Paint): string[] {
  const { contract, lookups, upcalls, masks, megaflows, expired, invalidated, connections, packetsIn, keyProblems } =
    result;
  const shown = megaflows.slice(0, SHOWN);
  const gone = [
    ...(expired === 0 ? [] : [`${count(expired)} expired`]),
    ...(invalidated === 0 ? [] : [`${count(invalidated)} no longer right`]),
  ];
  return [
    `  ${paint.cyan("datapath")}  looked up ${plural(lookups.hit + lookups.missed, "packet")}: ${count(lookups.hit)} hit, ${count(lookups.missed)} missed; ${plural(masks.count, "mask")}; contract ${contract}`,
    `    upcalls: ${count(upcalls.misses)} for want of a flow, ${count(upcalls.actions)} by flows, ${count(upcalls.lost)} lost`,
    ...(packetsIn === 0 ? [] : [`    ${plural(packetsIn, "packet")} for controllers, which are not simulated`]),
    ...(connections === 0 ? [] : [`    ${plural(connections, "connection")} tracked`]),
    ...keyProblems.map(
      ({ problem, packets }) => `    ${plural(packets, "packet")} dropped: a parser's key had ${problem}`,
    ),
    `  ${paint.cyan(plural(megaflows.length, "megaflow"))}${gone.length === 0 ? "" : `, ${gone.join(", ")}`}`,
    ...formatTable(shown.map(describeMegaflow)),
    ...(megaflows.length > SHOWN ? [`    and ${count(megaflows.length - SHOWN)} more`] : []),
  ];
}

function describeMegaflow({ match, actions, packets, bytes }: MegaflowResult): string[] {
  return [`  ${match}`, `-> ${actions}`, `${plural(packets, "packet")} (${size(bytes)})`];
}
