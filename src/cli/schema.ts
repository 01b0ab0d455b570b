import { type Command, Option } from "commander";
import { EXIT } from "../errors.ts";
import type { SchemaName } from "../schemas/schemas.ts";
import type { Action } from "./command.ts";

const FORMATS: readonly SchemaName[] = ["topology", "test", "result", "test-report"];

/** `netsim schema [TOPOLOGY]`. */
export function schemaCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("schema")
    .description("print the JSON schema of topology files, policy tests or results, for editors")
    .argument("[topology]", "a topology whose plugins add to the schema")
    .addOption(new Option("--of <format>", "what the schema describes").choices(FORMATS).default("topology"))
    .addHelpText("after", HELP)
    .action((topology: string | undefined, { of }: { of: SchemaName }) =>
      perform(async (terminal) => {
        const { partsFor } = await import("../open-topology.ts");
        const { SCHEMAS } = await import("../schemas/schemas.ts");
        const schema = SCHEMAS[of](await partsFor(topology));
        terminal.out(`${JSON.stringify(schema, undefined, 2)}\n`);
        return EXIT.ok;
      }),
    );
}

const HELP = `
An editor with a YAML language server completes and checks a file that begins with '# yaml-language-server: $schema=FILE'. 'result' is
what 'netsim run --json' prints, 'test-report' what 'netsim test --report json' prints.

Examples:
  netsim schema > topology.schema.json
  netsim schema --of test > test.schema.json
  netsim schema topologies/plugin.yaml > plugin.schema.json`;
