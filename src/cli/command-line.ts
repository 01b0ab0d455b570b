import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { EXIT, type ExitCode } from "../errors.ts";

/** Runs the `netsim` command with the words after its name; resolves to the exit code. */
export async function runCommandLine(words: readonly string[]): Promise<ExitCode> {
  const program = new Command("netsim")
    .description(manifest.description)
    .version(manifest.version)
    .exitOverride()
    .showHelpAfterError("(netsim --help lists the commands.)");
  try {
    await program.parseAsync(words, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}
