import type { Command } from "commander";
import { EXIT } from "../errors.ts";
import type { Action } from "./command.ts";

/** `netsim schema [TOPOLOGY]`. */
export function schemaCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("schema")
    .description("print the JSON schema of topology files, for editors")
    .argument("[topology]", "a topology whose plugins add to the schema")
    .action((topology: string | undefined) =>
      perform(async (terminal) => {
        const { schemaFor } = await import("../open-topology.ts");
        const schema = await schemaFor(topology);
        terminal.out(`${JSON.stringify(schema, undefined, 2)}\n`);
        return EXIT.ok;
      }),
    );
}
