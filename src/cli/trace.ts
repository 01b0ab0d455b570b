import { type Command, InvalidArgumentError } from "commander";
import type { Action } from "./command.ts";
import { parseUntil } from "./run.ts";

/** The options of `netsim trace` as commander gives them. */
export interface TraceFlags {
  readonly packet?: number;
  readonly match?: string;
  readonly limit: number;
  readonly call?: string;
  readonly process?: string;
  readonly expression?: string;
  readonly engine?: string;
  readonly until?: number;
  readonly json?: true;
  /** What `$1` and so on of a one-liner stand for. */
  readonly parameters: readonly string[];
}

/** `netsim trace TOPOLOGY` and `netsim trace formats`. */
export function traceCommand(program: Command, perform: (action: Action) => void): void {
  const trace = program
    .command("trace")
    .description("follow one packet or system call through a topology, or trace what its kernels do")
    .argument("<topology>", "YAML file, as for 'netsim run'")
    .argument("[parameters...]", "one-liners: what $1, $2 and so on stand for")
    .option("--packet <number>", "follow the packet of that number, as 'netsim run --trace' counts them", parseCount)
    .option("--match <filter>", "follow packets that an expression of tcpdump's language accepts on some interface")
    .option("--limit <number>", "--match: the first so many", parseCount, 3)
    .option("--call <call>", "follow a system call, as in 'openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY)'")
    .option("--process <node/name>", "--call: only of this process (default: of each)")
    .option("-e, --expression <program>", "a one-liner in the manner of bpftrace, or a file that holds it")
    .option("--engine <name>", "one-liners: what runs the programs (default: interpreter)")
    .option("--until <duration>", "simulated time at which the run ends, such as 2s or 500ms", parseUntil)
    .option("--json", "print everything as JSON")
    .addHelpText("after", HELP)
    .action((topology: string, parameters: readonly string[], flags: TraceFlags) =>
      perform(async (terminal) =>
        (await import("./trace-action.ts")).trace(topology, { ...flags, parameters }, terminal),
      ),
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
Of a packet or call it tells at each program on the way what the program saw of its context, the instructions that it took, with lines
of C where they are known, the map entries that it touched, its verdict, and what that comes to.

Exit codes: 0 all fine, 2 wrong usage or no such packet, 3 invalid topology, 4 a program was refused.

Examples:
  netsim trace topologies/quickstart.yaml --packet 3
  netsim trace topologies/objects.yaml --match 'tcp port 80' --limit 1
  netsim trace topologies/sandboxed-server.yaml --call 'ptrace(PTRACE_ATTACH, 1, 0, 0)'
  netsim trace network.yaml -e 'tracepoint:syscalls:sys_enter_write { @bytes = hist(args.count) }'
  netsim trace network.yaml -e 'tracepoint:skb:kfree_skb { @[args.reason, kstack] = count() }'
  netsim trace network.yaml -e 'kprobe:tcp_sendmsg { @[arg2] = count() }'`;

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It is a number from 1 on.");
  return Number(text);
}
