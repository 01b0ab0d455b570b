import type { Command } from "commander";
import type { Action } from "./command.ts";
import { parseUntil } from "./run.ts";

/** The options of `netsim trace` as commander gives them. */
export interface TraceFlags {
  readonly expression?: string;
  readonly engine?: string;
  readonly until?: number;
  readonly json?: true;
}

/** `netsim trace TOPOLOGY` and `netsim trace formats`. */
export function traceCommand(program: Command, perform: (action: Action) => void): void {
  const trace = program
    .command("trace")
    .description("run a topology and trace what its kernels do")
    .argument("<topology>", "YAML file of the network")
    .option("-e, --expression <program>", "a one-liner in the manner of bpftrace, or a file that holds it")
    .option("--engine <name>", "what runs the programs (default: interpreter)")
    .option("--until <duration>", "simulated time at which the run ends, such as 2s or 500ms", parseUntil)
    .option("--json", "print the whole result as JSON")
    .addHelpText("after", HELP)
    .action((topology: string, flags: TraceFlags) =>
      perform(async (terminal) => (await import("./trace-expression.ts")).traceExpression(topology, flags, terminal)),
    );
  trace
    .command("formats")
    .description("print the format of events as the kernel's format files have it, or list the events")
    .argument("[event]", "SYSTEM:NAME, with * for anything")
    .option("--functions", "list the functions that kprobe, kretprobe, fentry and fexit can be at")
    .action((event: string | undefined, flags: { functions?: true }) =>
      perform(async (terminal) => (await import("./trace-formats.ts")).traceFormats(event, flags, terminal)),
    );
}

const HELP = `
Examples:
  netsim trace network.yaml -e 'tracepoint:syscalls:sys_enter_write { @bytes = hist(args.count) }'
  netsim trace network.yaml -e 'tracepoint:skb:kfree_skb { @[args.reason, kstack] = count() }'
  netsim trace network.yaml -e 'kprobe:tcp_sendmsg { @[arg2] = count() }'`;
