import type { Bridge } from "../bridge/bridge.ts";
import { parseFlow } from "../flow/parse-flow.ts";
import { checkReferences } from "../flow/references.ts";
import { parseGroup } from "../group/parse-group.ts";
import { parseMeter } from "../meter/meter.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { insertBuckets, removeBuckets } from "./buckets.ts";
import { chosen, deleteGroups, deleteMeters } from "./deletions.ts";
import { overlap, parseSelection, selects } from "./selection.ts";

/** What stands before a command's flow or group. */
interface Options {
  readonly strict: boolean;
  /** A group that is changed and is not there is added. */
  readonly mayCreate: boolean;
  /** Of OpenFlow 1.0 and 1.1, as without -O: flows that are to be changed and are not there are added. */
  readonly adds: boolean;
  /** Of OpenFlow 1.0: a cookie without a mask is the new one of flows that are changed; later versions ignore it. */
  readonly setsCookies: boolean;
}

/** Does a command to a bridge. @param text behind the command. @param now simulated nanoseconds. */
type Command = (bridge: Bridge, text: Piece, options: Options, now: number) => void;

const COMMANDS: Readonly<Record<string, Command>> = {
  "add-flow": (bridge, text, _, now) => addFlow(bridge, text.text, now),
  "mod-flows": modifyFlows,
  "del-flows": (bridge, text, { strict }) => {
    const selection = parseSelection(text, bridge.portNames, { strict, deletes: true });
    for (const rule of chosen(bridge, (it) => selects(selection, it))) bridge.removeFlow(rule);
  },
  "add-group": (bridge, { text }) => {
    const group = parseGroup(text, bridge.portNames);
    if (bridge.groups.has(group.id))
      throw new FlowSyntaxError(`there is a group ${group.id} already (OFPGMFC_GROUP_EXISTS)`, { text, at: 0 });
    bridge.setGroup(group);
  },
  "mod-group": (bridge, { text }, { mayCreate }) => {
    const group = parseGroup(text, bridge.portNames);
    if (!mayCreate && !bridge.groups.has(group.id))
      throw new FlowSyntaxError(`there is no group ${group.id} (OFPGMFC_UNKNOWN_GROUP)`, { text, at: 0 });
    bridge.setGroup(group);
  },
  "del-groups": deleteGroups,
  "insert-buckets": insertBuckets,
  "remove-buckets": removeBuckets,
  "add-meter": (bridge, { text }) => {
    const meter = parseMeter(text);
    if (bridge.meters.has(meter.id))
      throw new FlowSyntaxError(`there is a meter ${meter.id} already (OFPMMFC_METER_EXISTS)`, { text, at: 0 });
    bridge.setMeter(meter);
  },
  "mod-meter": (bridge, { text }) => {
    const meter = parseMeter(text);
    if (!bridge.meters.has(meter.id))
      throw new FlowSyntaxError(`there is no meter ${meter.id} (OFPMMFC_UNKNOWN_METER)`, { text, at: 0 });
    bridge.setMeter(meter);
  },
  "del-meters": deleteMeters,
  "del-meter": deleteMeters,
};
const VERSIONS = ["OpenFlow10", "OpenFlow11", "OpenFlow12", "OpenFlow13", "OpenFlow14", "OpenFlow15"];
const STRICT = ["mod-flows", "del-flows"];

/**
 * Runs a line as ovs-ofctl(8) has it, without the bridge: `add-flow ip,actions=drop`, `--strict del-flows ip`,
 * `-O OpenFlow13 mod-flows ip,actions=drop`. Throws a FlowSyntaxError.
 */
export function runCommand(bridge: Bridge, line: string, now: number): void {
  const [, dashes = "", name = ""] = /^(\s*(?:(?:--strict|--may-create|-O\s*\w+)\s+)*)(\S*)/.exec(line)!;
  const command = COMMANDS[name];
  if (command === undefined)
    throw new FlowSyntaxError(
      `there is no command '${name}'`,
      { text: name, at: dashes.length },
      `There are: ${Object.keys(COMMANDS).join(", ")}.`,
    );
  const rest = line.slice(dashes.length + name.length);
  const behind = /^\s+--strict(?=\s|$)/.exec(rest)?.[0] ?? "";
  const strict = dashes.includes("--strict") || behind !== "";
  const version = /-O\s*(\w+)/.exec(dashes)?.[1];
  if (version !== undefined && !VERSIONS.includes(version))
    throw new FlowSyntaxError(
      `unknown OpenFlow version '${version}'`,
      { text: version, at: line.indexOf(version) },
      `There are: ${VERSIONS.join(", ")}.`,
    );
  const setsCookies = version === undefined || version === "OpenFlow10";
  const adds = setsCookies || version === "OpenFlow11";
  if (strict && !STRICT.includes(name))
    throw new FlowSyntaxError(
      `${name} takes no --strict`,
      { text: "--strict", at: line.indexOf("--strict") },
      `${STRICT.join(" and ")} take it.`,
    );
  const mayCreate = dashes.includes("--may-create");
  if (mayCreate && name !== "mod-group")
    throw new FlowSyntaxError(
      `${name} takes no --may-create`,
      { text: "--may-create", at: line.indexOf("--may-create") },
      "mod-group takes it.",
    );
  if (name.endsWith("-buckets") && !setsCookies && version !== "OpenFlow15")
    throw new FlowSyntaxError(`${name.slice(0, -1)} needs OpenFlow 1.5 or later ('-O OpenFlow15')`, {
      text: version!,
      at: line.indexOf(version!),
    });
  const start = dashes.length + name.length + behind.length;
  const begin = start + /^\s*/.exec(line.slice(start))![0].length;
  const text: Piece = { text: line.slice(begin).trimEnd(), at: 0 };
  try {
    command(bridge, text, { strict, mayCreate, adds, setsCookies }, now);
  } catch (error) {
    if (!(error instanceof FlowSyntaxError)) throw error;
    const { message, hint } = error;
    throw new FlowSyntaxError(
      message,
      { text: text.text.slice(error.start, error.end), at: begin + error.start },
      hint,
    );
  }
}

/** Adds a flow. Throws a FlowSyntaxError where it refers to what is not there, or asks that no other flow overlaps it and one does. */
export function addFlow(bridge: Bridge, text: string, now: number): void {
  const { flow } = parseFlow(text, bridge.portNames);
  checkReferences(flow.actions, bridge, text);
  const others = bridge.tables.get(flow.table)?.rules ?? [];
  if (flow.flags.includes("check_overlap"))
    for (const { entry } of others)
      if (entry.priority === flow.priority && overlap(entry.match, flow.match))
        throw new FlowSyntaxError("another flow of its priority overlaps it (OFPFMFC_OVERLAP)", { text, at: 0 });
  bridge.addFlow(flow, now);
}

/** Flows get other actions; where there are none, OpenFlow 1.0 adds one (modify_flows_start_loose). */
function modifyFlows(bridge: Bridge, { text }: Piece, options: Options, now: number): void {
  const end = /(?:^|[\s,])actions?=/.exec(text)?.index ?? text.length;
  const head = { text: text.slice(0, end), at: 0 };
  const selection = parseSelection(head, bridge.portNames, { strict: options.strict, deletes: false });
  // A cookie with a mask says which flows are meant; one without is their new one.
  const masked = text.replace(/(^|[\s,])cookie=[^\s,]*\/[^\s,]*/, (item) => " ".repeat(item.length));
  const { flow } = parseFlow(masked, bridge.portNames);
  // None is said: 0 is.
  const hasNewCookie = options.setsCookies && selection.cookie.mask === 0n;
  const found = chosen(bridge, (rule) => selects(selection, rule));
  const adds = found.length === 0 && options.adds && selection.cookie.mask === 0n;
  // What would do nothing is not looked at.
  if (found.length > 0 || adds) checkReferences(flow.actions, bridge, text);
  for (const rule of found)
    bridge.modifyFlow(rule, { actions: flow.actions, ...(hasNewCookie && { cookie: flow.cookie }) }, now, {
      resetCounts: flow.flags.includes("reset_counts"),
    });
  if (adds) bridge.addFlow(flow, now);
}
