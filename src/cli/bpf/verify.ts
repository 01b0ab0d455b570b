import { type Command, InvalidArgumentError, Option } from "commander";
import { PROGRAM_TYPES } from "../../bpf/program-type.ts";
import type { Action } from "../command.ts";

/** The options of `netsim bpf verify` as commander gives them. */
export interface VerifyFlags {
  readonly type: string;
  readonly map: readonly NamedMap[];
  readonly license: string;
  readonly attachType?: number;
  readonly cpus: number;
  readonly loops: "bounded" | "none";
  readonly strictAlignment?: true;
  readonly logLevel: number;
  readonly json?: true;
}

/** `--map NAME=TYPE:KEY:VALUE:ENTRIES` */
export interface NamedMap {
  readonly name: string;
  /** As the kernel calls it: `hash`, `percpu_array`. */
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
}

/** `netsim bpf verify PROGRAM`. */
export function verifyCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("verify")
    .description("say whether Linux 6.18 would load an extended program, and if not, why")
    .argument("<program>", "text, hexadecimal digits or bytes; - is standard input")
    .addOption(
      new Option("--type <type>", "the program's type")
        .choices(PROGRAM_TYPES.map(({ name }) => name))
        .default("socket_filter"),
    )
    .option(
      "--map <name=type:key:value:entries>",
      "a map that the program names, or the number of its descriptor; may be repeated",
      (text: string, maps: NamedMap[]) => [...maps, parseMap(text)],
      [],
    )
    .option("--license <license>", "as the program declares it", "GPL")
    .option("--attach-type <number>", "enum bpf_attach_type, where it matters", parseWhole)
    .option("--cpus <number>", "processors of the machine that the program is for", parseWhole, 1)
    .addOption(
      new Option("--loops <rule>", "none: refuse every loop, as Linux did before 5.3")
        .choices(["bounded", "none"])
        .default("bounded"),
    )
    .option("--strict-alignment", "refuse accesses that are not aligned")
    .addOption(
      new Option("--log-level <level>", "print the log in the kernel's form").choices(["0", "1", "2"]).default("0"),
    )
    .option("--json", "print the result as JSON")
    .addHelpText("after", HELP)
    .action((file: string, flags: Omit<VerifyFlags, "logLevel"> & { logLevel: string }) =>
      perform(async (terminal) => {
        const { verifyProgram } = await import("./verify-action.ts");
        return verifyProgram(file, { ...flags, logLevel: Number(flags.logLevel) }, terminal);
      }),
    );
}

const HELP = `
Maps in text are named map[NAME] or map[fd:3]: --map counters=array:4:8:16, --map 3=hash:4:8:1024. The verdict is that for
a privileged user. What the verifier does not model yet (callbacks, dynptrs, timers, kernel functions) it refuses and says so.
Exit codes: 0 accepted, 4 refused.`;

function parseWhole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It is a whole number.");
  return Number(text);
}

function parseMap(text: string): NamedMap {
  const match = /^([^=]+)=([a-z_]+):(\d+):(\d+):(\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError("A map is given as NAME=TYPE:KEY:VALUE:ENTRIES, sizes in bytes.");
  const [, name, type, key, value, entries] = match;
  return { name: name!, type: type!, keySize: Number(key), valueSize: Number(value), maxEntries: Number(entries) };
}
