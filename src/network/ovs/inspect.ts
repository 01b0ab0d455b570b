/* What the tools of Open vSwitch print of a switch: ovs-ofctl, ovs-dpctl and ovs-appctl ofproto/trace. */
import { type Diagnostic, fail, NetsimError, type Place } from "../../errors.ts";
import { formatDatapathActions } from "./dpctl/format-actions.ts";
import { formatDatapathKey } from "./dpctl/format-key.ts";
import { Bridge } from "./openflow/bridge/bridge.ts";
import { formatCookie } from "./openflow/bridge/format-cookie.ts";
import { openFlowPort } from "./openflow/bridge/port.ts";
import { formatFlow } from "./openflow/flow/format-flow.ts";
import { parseFlow } from "./openflow/flow/parse-flow.ts";
import { parsePacket } from "./openflow/flow/parse-packet.ts";
import { checkReferences } from "./openflow/flow/references.ts";
import { formatGroup } from "./openflow/group/format-group.ts";
import { parseGroup } from "./openflow/group/parse-group.ts";
import { formatMeter, parseMeter } from "./openflow/meter/meter.ts";
import { OFPP } from "./openflow/ports.ts";
import { FlowSyntaxError } from "./openflow/text/syntax-error.ts";
import { trace } from "./openflow/trace/trace.ts";
import type { Switch } from "./switch.ts";

/** A text in ovs-ofctl's syntax, a thing a line; what follows a # is left aside, and so are empty lines. */
export interface Listing {
  readonly file: string;
  readonly text: string;
}

/** A bridge that stands in no topology. */
export interface BridgeFiles {
  readonly name: string;
  /** Names of the ports, by number from 1. */
  readonly ports: readonly string[];
  readonly flows: Listing;
  readonly groups: Listing | undefined;
  readonly meters: Listing | undefined;
}

/** Makes a bridge, and says what a reader should be told of its flows. Throws a NetsimError with all that is wrong. */
export function bridgeOfFiles({ name, ports, flows, groups, meters }: BridgeFiles): {
  bridge: Bridge;
  warnings: readonly Diagnostic[];
} {
  const bridge = new Bridge(name);
  bridge.addPort(openFlowPort({ ofport: OFPP.LOCAL, number: 0, name, kind: "internal" }));
  for (const [i, port] of ports.entries()) bridge.addPort(openFlowPort({ ofport: i + 1, name: port }));
  const problems: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const names = bridge.portNames;
  eachLine(groups, problems, (line) => bridge.setGroup(parseGroup(line, names)));
  eachLine(meters, problems, (line) => bridge.setMeter(parseMeter(line)));
  eachLine(flows, problems, (line, place) => {
    const { flow, ignored } = parseFlow(line, names);
    checkReferences(flow.actions, bridge, line);
    bridge.addFlow(flow, 0);
    if (ignored.length > 0)
      warnings.push({
        code: "program-syntax",
        severity: "warning",
        message: `No packet of this match has ${ignored.join(", ")}: left out, as Open vSwitch does.`,
        place,
      });
  });
  if (problems.length > 0) throw new NetsimError([...problems, ...warnings]);
  return { bridge, warnings };
}

function eachLine(
  listing: Listing | undefined,
  problems: Diagnostic[],
  take: (line: string, place: Place) => void,
): void {
  if (listing === undefined) return;
  for (const [i, whole] of listing.text.split(/\r\n|\r|\n/).entries()) {
    const line = whole.replace(/#.*/, "");
    if (line.trim() === "") continue;
    const place = { file: listing.file, line: i + 1 };
    try {
      take(line, { ...place, column: 1 });
    } catch (error) {
      if (!(error instanceof FlowSyntaxError)) throw error;
      problems.push({
        code: "program-syntax",
        severity: "error",
        message: sentence(error.message),
        place: { ...place, column: error.start + 1, endColumn: Math.max(error.end, error.start + 1) + 1 },
        ...(error.hint !== undefined && { hint: error.hint }),
      });
    }
  }
}

/** ovs-ofctl's words end without a full stop. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The bridge behind a switch of a topology. Throws a NetsimError where it has no OpenFlow tables. */
export function bridgeOf({ name, slowPath }: Switch): Bridge {
  if (slowPath === undefined) fail("bad-topology", `The switch '${name}' has no flows.`);
  return slowPath.bridge;
}

/** `ovs-ofctl dump-flows`, without the line that says which message this answers. */
export function dumpFlows(bridge: Bridge, now: number, hasCounters: boolean): string {
  const rules = [...bridge.rules()];
  return rules
    .map((rule) => {
      const { packets, bytes, added, used } = rule;
      const counters = { packets, bytes, duration: now - added, idle: now - used };
      return ` ${formatFlow(rule.entry, hasCounters ? counters : undefined)}\n`;
    })
    .join("");
}

/** `ovs-ofctl dump-groups`, likewise. */
export function dumpGroups(bridge: Bridge): string {
  return [...bridge.groups.values()].map((group) => ` ${formatGroup(group)}\n`).join("");
}

/** `ovs-ofctl dump-meters`, likewise. */
export function dumpMeters(bridge: Bridge): string {
  return [...bridge.meters.values()].map((meter) => `${formatMeter(meter)}\n`).join("");
}

/** `ovs-appctl ofproto/trace BRIDGE FLOW`. Throws a NetsimError for a flow that makes no sense. */
export function traceFlow(bridge: Bridge, flow: string, now: number): string {
  try {
    const { key } = parsePacket({ text: flow, at: 0 }, bridge.portNames);
    return trace(bridge, key, now);
  } catch (error) {
    if (!(error instanceof FlowSyntaxError)) throw error;
    throw new NetsimError({
      code: "usage",
      severity: "error",
      message: sentence(error.message),
      place: { file: "FLOW", line: 1, column: error.start + 1, endColumn: Math.max(error.end, error.start + 1) + 1 },
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}

/** `ovs-dpctl dump-flows`: the megaflows, those of the most packets first. */
export function dumpMegaflows({ datapath }: Switch, now: number): string {
  const flows = [...datapath.table.flows()].sort((a, b) => b.packets - a.packets || a.created - b.created);
  return flows
    .map(({ key, mask, actions, packets, bytes, used }) => {
      const masked = key.map((byte, i) => byte & mask.bytes[i]!);
      const age = used < 0 ? "never" : `${((now - used) / 1e9).toFixed(3)}s`;
      const shown = formatDatapathActions(actions, { port: String, cookie: formatCookie });
      return `${formatDatapathKey(masked, mask.bytes)}, packets:${packets}, bytes:${bytes}, used:${age}, actions:${shown}\n`;
    })
    .join("");
}
