import { type Diagnostic, NetsimError } from "../../errors.ts";
import type { LineModel, SwitchModel } from "../../topology/model.ts";
import { LOCAL_PORT, OFPP_LOCAL } from "./datapath/port.ts";
import { Bridge } from "./openflow/bridge/bridge.ts";
import { openFlowPort } from "./openflow/bridge/port.ts";
import { parseGroup } from "./openflow/group/parse-group.ts";
import { parseMeter } from "./openflow/meter/meter.ts";
import { addFlow, runCommand } from "./openflow/ofctl/command.ts";
import { FlowSyntaxError } from "./openflow/text/syntax-error.ts";
import type { DevicePort } from "./port/device-port.ts";

/** The bridge of a switch, with the flows, groups and meters that the topology gives it. Throws one NetsimError with all that is wrong in them. */
export function openBridge(model: SwitchModel, ports: Iterable<DevicePort>): Bridge {
  const bridge = new Bridge(model.name);
  for (const { number, name, kind, vlans, tunnel, isUp } of ports) {
    const { mode, tag = 0, trunks, customerVlans, tpid, priorityTags } = vlans;
    bridge.addPort(
      openFlowPort({
        ofport: number === LOCAL_PORT ? OFPP_LOCAL : number,
        number,
        name,
        kind,
        isUp,
        tunnel,
        vlanMode: mode,
        tag,
        trunks: trunks && new Set(trunks),
        customerVlans: customerVlans && new Set(customerVlans),
        ...(tpid !== undefined && { qinqTpid: tpid }),
        priorityTags,
      }),
    );
  }
  const problems: Diagnostic[] = [];
  const read = (lines: readonly LineModel[], take: (text: string) => void) =>
    problems.push(...problemsOf(lines, model, take));
  const names = bridge.portNames;
  read(model.groups, (text) => bridge.setGroup(parseGroup(text, names)));
  read(model.meters, (text) => bridge.setMeter(parseMeter(text)));
  read(model.flows, (text) => addFlow(bridge, text, 0));
  if (problems.length > 0) throw new NetsimError(problems);
  return bridge;
}

/** Runs commands of ovs-ofctl on it. Throws one NetsimError with all that fail. */
export function runLines(bridge: Bridge, model: SwitchModel, commands: readonly LineModel[], now: number): void {
  const problems = problemsOf(commands, model, (text) => runCommand(bridge, text, now));
  if (problems.length > 0) throw new NetsimError(problems);
}

/** What is wrong with lines. @param take does what a line says, or throws a FlowSyntaxError. */
function problemsOf(lines: readonly LineModel[], model: SwitchModel, take: (text: string) => void): Diagnostic[] {
  const problems: Diagnostic[] = [];
  for (const { text, place } of lines)
    try {
      take(text);
      checkPrograms(text, [...model.flowHit.keys()]);
    } catch (error) {
      if (!(error instanceof FlowSyntaxError)) throw error;
      const column = place.column === undefined ? undefined : place.column + error.start;
      problems.push({
        code: "bad-topology",
        severity: "error",
        message: error.message,
        place: { ...place, ...(column !== undefined && { column, endColumn: column + error.end - error.start }) },
        ...(error.hint !== undefined && { hint: error.hint }),
      });
    }
  return problems;
}

/** Actions `bpf(NAME,...)` are there for programs that the switch has. */
function checkPrograms(text: string, programs: readonly string[]): void {
  for (const { 1: before, 2: name, index } of text.matchAll(/(\bbpf\(\s*)([^,()\s]+)/g)) {
    if (programs.includes(name!)) continue;
    const start = index + before!.length;
    const hint =
      programs.length === 0 ? "`hooks: { flow-hit: ... }` names programs." : `There are: ${programs.join(", ")}.`;
    throw new FlowSyntaxError(`There is no flow-hit program '${name}'.`, { text: name!, at: start }, hint);
  }
}
