import { type Command, Option } from "commander";
import { MAP_TYPES } from "../../bpf/maps/map-type.ts";
import type { Action } from "../command.ts";
import { parseUntil } from "../run.ts";
import { type MapOption, parseMapOption } from "./map-option.ts";
import { type ObjectFlags, objectOptions } from "./object-options.ts";
import { parseRepeat } from "./repeat-option.ts";
import { TEST_TYPES } from "./test-types.ts";

/** The options of `netsim bpf maps` as commander gives them. */
export interface MapsFlags extends ObjectFlags {
  readonly type?: string;
  readonly packet?: string;
  readonly map: readonly MapOption[];
  readonly name?: string;
  readonly repeat: number;
  readonly engine: string;
  readonly json?: true;
  readonly pretty?: true;
  readonly histogram?: true;
  /** Nanoseconds of simulated time. */
  readonly at?: number;
}

/** `netsim bpf maps PROGRAM`, `netsim bpf maps TOPOLOGY`. */
export function mapsCommand(program: Command, perform: (action: Action) => void): void {
  objectOptions(program.command("maps"))
    .description(
      "run a program or a topology and dump its maps as 'bpftool map dump' does, keys and values by their BTF types",
    )
    .argument("<program>", "text, digits, bytes, an object or a C source; or a topology (.yaml)")
    .addOption(new Option("--type <type>", "what the program is given").choices(TEST_TYPES))
    .option("--packet <packet>", "a capture, or a packet in hexadecimal (default: 64 zero bytes)")
    .option(
      "--map <definition>",
      "a map that the program's text names: NAME=TYPE,key=4,value=8,entries=256; may be repeated",
      (text: string, maps: readonly MapOption[]) => [...maps, parseMapOption(text, MAP_TYPES)],
      [],
    )
    .option("--name <map>", "dump only the map of that name")
    .option("--repeat <number>", "run it so many times on each packet; 0: not at all", parseRepeat, 1)
    .addOption(
      new Option("--engine <name>", "what runs the program").choices(["interpreter", "jit"]).default("interpreter"),
    )
    .option(
      "--at <duration>",
      "of a topology: the maps at that simulated time, such as 500ms; its end without",
      parseUntil,
    )
    .option("-j, --json", "JSON on one line, as bpftool -j")
    .option("-p, --pretty", "JSON over lines, as bpftool -p")
    .option("--histogram", "draw the map of --name, whose counts lie under the logarithms of what was counted")
    .addHelpText("after", HELP)
    .action((file: string, flags: MapsFlags) =>
      perform(async (terminal) => (await import("./maps-action.ts")).dumpMaps(file, flags, terminal)),
    );
}

const HELP = `
With --name the output is what 'bpftool map dump name MAP' prints, byte for byte; else each map has a line of its own in front, and
JSON is an object by the maps' names. Maps that bpftool cannot walk (ring buffers, queues and the like) have no elements here
either: 'netsim bpf run' shows those.`;
