import { type ExitCode, fail } from "../errors.ts";
import type { Terminal } from "./command.ts";
import type { TraceFlags } from "./trace.ts";

/** What one of them says what is traced; none: what the topology itself traces. */
const CHOICES = ["packet", "match", "call", "expression"] as const;

/** Follows or traces what the options name. */
export async function trace(file: string, flags: TraceFlags, terminal: Terminal): Promise<ExitCode> {
  const [chosen, ...others] = CHOICES.filter((name) => flags[name] !== undefined);
  if (others.length > 0) fail("usage", "Take one of --packet, --match, --call and --expression.");
  if (flags.process !== undefined && chosen !== "call") fail("usage", "--process goes with --call.");
  if (flags.parameters.length > 0 && chosen !== "expression")
    fail("usage", "Parameters behind the topology are for one-liners: -e 'BEGIN { print($1) }'.");
  switch (chosen) {
    case "call":
      return (await import("./trace-call-action.ts")).traceCall(file, flags, terminal);
    case "packet":
    case "match":
      if (flags.engine !== undefined) fail("usage", "Packets are followed on the interpreter: leave out --engine.");
      return (await import("./trace-packet-action.ts")).tracePackets(file, flags, terminal);
    default:
      return (await import("./trace-expression.ts")).traceExpression(file, flags, terminal);
  }
}
