import { type Command, InvalidArgumentError, Option } from "commander";
import { MAP_TYPE } from "../../bpf/maps/map-type.ts";
import { PROGRAM_TYPES } from "../../bpf/program-type.ts";
import { isBefore, LONG_TERM_RELEASES } from "../../bpf/verifier/releases/release.ts";
import type { Action } from "../command.ts";
import { type MapOption, parseMapOption } from "./map-option.ts";
import { type ObjectFlags, objectOptions } from "./object-options.ts";

/** The options of `netsim bpf verify` as commander gives them. */
export interface VerifyFlags extends ObjectFlags {
  /** Absent: as the object says, or else socket_filter. */
  readonly type?: string;
  readonly map: readonly MapOption[];
  /** Absent: as the object says, or else GPL. */
  readonly license?: string;
  readonly attachType?: number;
  readonly cpus: number;
  readonly loops: "bounded" | "none";
  readonly unprivileged?: true;
  readonly strictAlignment?: true;
  readonly keepEveryState?: true;
  readonly logLevel: number;
  /** Releases that are asked whether they would load it. */
  readonly kernel: readonly string[];
  readonly json?: true;
  /** File for the HTML page that shows the walk. */
  readonly explore?: string;
}

/** `netsim bpf verify PROGRAM`. */
export function verifyCommand(program: Command, perform: (action: Action) => void): void {
  objectOptions(program.command("verify"))
    .description("say whether Linux 6.18 would load an extended program, and if not, why")
    .argument("<program>", "text, digits, bytes, an object or a C source (all its programs); - is standard input")
    .addOption(
      new Option(
        "--type <type>",
        "the program's type (default: as the object's section says, else socket_filter)",
      ).choices(PROGRAM_TYPES.map(({ name }) => name)),
    )
    .option(
      "--map <name=type:key:value:entries>",
      "a map that the program names, or the number of its descriptor; may be repeated",
      (text: string, maps: MapOption[]) => [...maps, parseMapOption(text, MAP_TYPE)],
      [],
    )
    .option("--license <license>", "as the program declares it (default: as the object says, else GPL)")
    .option("--attach-type <number>", "enum bpf_attach_type, where it matters", parseWhole)
    .option("--cpus <number>", "processors of the machine that the program is for", parseCpus, 1)
    .addOption(
      new Option("--loops <rule>", "none: refuse every loop, as Linux did before 5.3")
        .choices(["bounded", "none"])
        .default("bounded"),
    )
    .option("--unprivileged", "as for a user without CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN")
    .option("--strict-alignment", "refuse accesses that are not aligned")
    .option("--keep-every-state", "keep a state at every branch, as the kernel's own tests do (BPF_F_TEST_STATE_FREQ)")
    .addOption(
      new Option("--log-level <level>", "print the log in the kernel's form").choices(["0", "1", "2"]).default("0"),
    )
    .option(
      "--kernel <release>",
      "say whether Linux of that release would load it, and what it lacks; may be repeated; all: every long-term release",
      (text: string, releases: string[]) => [...releases, ...parseRelease(text)],
      [],
    )
    .option("--explore <file>", "write the walk as an HTML page: the graph, the states, where it was cut")
    .option("--json", "print the result as JSON")
    .addHelpText("after", HELP)
    .action((file: string, flags: Omit<VerifyFlags, "logLevel"> & { logLevel: string }) =>
      perform(async (terminal) => {
        const { verifyPrograms } = await import("./verify-action.ts");
        return verifyPrograms(file, { ...flags, logLevel: Number(flags.logLevel) }, terminal);
      }),
    );
}

const HELP = `
Maps in text are named map[NAME] or map[fd:3]: --map counters=array:4:8:16, --map 3=hash:4:8:1024. The verdict is that for
a privileged user, without --unprivileged. What the verifier does not model yet (callbacks, dynptrs, timers, kernel functions) it refuses and says so.
Exit codes: 0 accepted, by every release asked about too; 4 refused.`;

const [OLDEST, NEWEST] = [LONG_TERM_RELEASES[0], LONG_TERM_RELEASES[LONG_TERM_RELEASES.length - 1]!];

function parseRelease(text: string): readonly string[] {
  if (text === "all") return LONG_TERM_RELEASES;
  if (!/^\d+\.\d+$/.test(text) || isBefore(text, OLDEST) || isBefore(NEWEST, text))
    throw new InvalidArgumentError(
      `It is a release from ${OLDEST} to ${NEWEST}, or 'all' for the long-term ones: ${LONG_TERM_RELEASES.join(", ")}.`,
    );
  return [text];
}

function parseWhole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It is a whole number.");
  return Number(text);
}

/** The kernel's NR_CPUS goes up to 8192. */
function parseCpus(text: string): number {
  const cpus = parseWhole(text);
  if (cpus >= 1 && cpus <= 8192) return cpus;
  throw new InvalidArgumentError("It is a whole number from 1 to 8192.");
}
