import { type Command, InvalidArgumentError, Option } from "commander";
import { MAP_TYPES } from "../../bpf/maps/map-type.ts";
import type { Action } from "../command.ts";
import { type MapOption, parseMapOption } from "./map-option.ts";
import { type ObjectFlags, objectOptions } from "./object-options.ts";
import { TEST_TYPES } from "./test-types.ts";

/** The engine that is the running Linux. */
export const KERNEL = "kernel";

/** The options of `netsim bpf run` as commander gives them. */
export interface RunProgramFlags extends ObjectFlags {
  readonly type?: string;
  readonly packet?: string;
  readonly context?: string;
  readonly map: readonly MapOption[];
  readonly repeat: number;
  readonly engine: string;
  readonly json?: true;
  readonly raw?: true;
}

/** `netsim bpf run PROGRAM` and `netsim bpf run --raw [MEMORY]`. */
export function runProgramCommand(program: Command, perform: (action: Action) => void): void {
  objectOptions(program.command("run"))
    .description("run a program on packets, as 'bpftool prog run' does, or with --raw on memory")
    .argument("[program...]", "text, digits, bytes, an object or a C source; with --raw: the memory, in hexadecimal")
    .addOption(
      new Option(
        "--type <type>",
        "what the program is given (default: as the object's section says, else socket_filter)",
      ).choices(TEST_TYPES),
    )
    .option("--packet <packet>", "a capture, or a packet in hexadecimal (default: 64 zero bytes)")
    .option(
      "--context <context>",
      "what the context says: its fields in YAML or JSON, or bytes in hexadecimal, or a file of either",
    )
    .option(
      "--map <definition>",
      "a map that the program names: NAME=TYPE,key=4,value=8,entries=256; may be repeated",
      (text: string, maps: readonly MapOption[]) => [...maps, parseMapOption(text, MAP_TYPES)],
      [],
    )
    .option("--repeat <number>", "run it so many times on each packet", parseRepeat, 1)
    .addOption(
      new Option("--engine <name>", "what runs the program")
        .choices(["interpreter", "jit", KERNEL])
        .default("interpreter"),
    )
    .option("--json", "print the result as JSON")
    .option(
      "--raw",
      "the program is on standard input, in hexadecimal; R1 and R2 are the memory's address and length; print R0 in hexadecimal",
    )
    .addHelpText("after", HELP)
    .action((words: string[], flags: RunProgramFlags) =>
      perform(async (terminal) => {
        if (flags.raw) return (await import("./run-raw.ts")).runRaw(words, flags, terminal);
        return (await import("./run-program.ts")).runProgram(words, flags, terminal);
      }),
    );
}

const HELP = `
A packet begins at its link-layer header. What programs see of it does too, but for those of cgroup_skb, lwt_in, lwt_out and
lwt_xmit, which see it from the network header on. Each type gets the context that BPF_PROG_TEST_RUN gives it: struct __sk_buff, xdp
struct xdp_md; flow_dissector, whose data out is its struct bpf_flow_keys; sk_lookup struct bpf_sk_lookup; netfilter the state of its
hook; raw_tracepoint its arguments; syscall bytes of its author's own. sk_lookup, raw_tracepoint and syscall see no packet.
--context says what it holds before the run, as --context 'mark: 7, cb: [1, 2]'; what it holds then is printed where that differs.
Classic programs are converted and run as socket_filter, sched_cls or sched_act. No verifier looks at the program; every
access is checked while it runs. It has the helpers that need no network and those on
packets, on a host whose only device is lo; bpf_trace_printk prints on standard error.
Maps in text are named map[NAME]; the first has descriptor 3 and index 0, the next 4 and 1. What they hold is printed at the end,
of arrays only what is not zero. flags=N are those of BPF_MAP_CREATE; inner=NAME is what maps of maps need.
--engine kernel loads the program into the running Linux, which verifies it: extended ones run by BPF_PROG_TEST_RUN, classic ones
on a packet socket of a loopback device of their own, which shows only how many bytes came through.
--raw is the protocol of bpf_conformance's plugins.`;

function parseRepeat(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 1_000_000_000)
    throw new InvalidArgumentError("It is a whole number from 1 to 1000000000.");
  return value;
}
