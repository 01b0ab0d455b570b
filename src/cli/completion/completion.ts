import { Argument, type Command } from "commander";
import { EXIT } from "../../errors.ts";
import type { Action } from "../command.ts";

/** Shells that have a script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** `netsim completion SHELL`, and the hidden `netsim completion words`, which the shells' scripts ask. */
export function completionCommand(program: Command, perform: (action: Action) => void): void {
  const completion = program
    .command("completion")
    .description("print a script by which a shell completes commands, options, their values and files")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText("after", HELP)
    .action((shell: Shell) =>
      perform(async (terminal) => {
        const { SCRIPTS } = await import("./scripts.ts");
        terminal.out(SCRIPTS[shell]);
        return EXIT.ok;
      }),
    );
  completion
    .command("words", { hidden: true })
    .description(
      "print what can stand for the last word: a line each, with what it means behind a tab; `:files` for files",
    )
    .argument("[words...]", "the words of a command line behind `netsim`, the last one unfinished")
    .allowUnknownOption()
    .action((words: string[]) =>
      perform(async (terminal) => {
        const { candidates } = await import("./candidates.ts");
        const { values, files } = candidates(program, words);
        const lines = values.map(({ value, description }) => `${value}\t${description}`);
        terminal.out([...lines, ...(files ? [":files"] : [])].map((line) => `${line}\n`).join(""));
        return EXIT.ok;
      }),
    );
}

const HELP = `
The script asks netsim itself, so that it needs no renewal when netsim has more commands.

Examples:
  source <(netsim completion bash)
  netsim completion zsh > ~/.zfunc/_netsim
  netsim completion fish > ~/.config/fish/completions/netsim.fish`;
