import type { Command } from "commander";
import type { Action } from "./command.ts";

/** `netsim explain [CODE]`. */
export function explainCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("explain")
    .description("explain the code of an error or a finding: what it means, its usual cause, what to do")
    .argument("[code]", "the word in brackets of an error or a finding; without it, every code is listed")
    .addHelpText("after", HELP)
    .action((code: string | undefined) =>
      perform(async (terminal) => {
        const { explain, listCodes } = await import("./explain-action.ts");
        return code === undefined ? listCodes(terminal) : explain(code, terminal);
      }),
    );
}

const HELP = `
Exit codes: 0 explained, 2 there is no such code.

Examples:
  netsim explain
  netsim explain program-rejected
  netsim explain htb-default
  netsim --explain bad-address`;
