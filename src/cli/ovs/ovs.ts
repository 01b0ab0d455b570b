import type { Command } from "commander";
import type { Action } from "../command.ts";
import { dpctlDumpCommand } from "./dpctl-dump.ts";
import { dumpFlowsCommand } from "./dump-flows.ts";
import { dumpGroupsCommand } from "./dump-groups.ts";
import { dumpMetersCommand } from "./dump-meters.ts";
import { traceFlowCommand } from "./trace.ts";

const COMMANDS = [traceFlowCommand, dumpFlowsCommand, dumpGroupsCommand, dumpMetersCommand, dpctlDumpCommand];

const HELP = `
TOPOLOGY is run to its end, or to --until, and then looked at; BRIDGE is its switch where it has more than one. In the
place of a topology, --flows names a file of flows in ovs-ofctl's syntax.

Exit codes: 0 all fine, 2 wrong usage, 3 flows or a topology that make no sense, 4 a program was refused.`;

/** `netsim ovs COMMAND`. */
export function ovsCommand(program: Command, perform: (action: Action) => void): void {
  const group = program
    .command("ovs")
    .description("look into Open vSwitches as ovs-ofctl, ovs-dpctl and ofproto/trace do")
    .addHelpText("after", HELP);
  for (const add of COMMANDS) add(group, perform);
}
