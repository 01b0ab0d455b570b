import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { printable } from "../../report/printable.ts";
import { DEFAULT_ARCHITECTURE } from "../../seccomp/architecture/architecture.ts";
import { CallCollector } from "../../seccomp/calls/learn.ts";
import { TraceReader } from "../../seccomp/calls/trace-reader.ts";
import { writeOutput } from "../bpf/program-file.ts";
import type { Terminal } from "../command.ts";
import type { LearnFlags } from "./learn.ts";
import { architectureOption } from "./policy-file.ts";
import { readTraceFile } from "./trace-file.ts";

/** Makes a profile of traces. */
export async function learn(files: readonly string[], flags: LearnFlags, terminal: Terminal): Promise<ExitCode> {
  const architecture = flags.arch === undefined ? DEFAULT_ARCHITECTURE : architectureOption(flags.arch);
  const collector = new CallCollector(flags.arguments ?? false);
  let calls = 0;
  for (const file of files) {
    const reader = new TraceReader(architecture, (call) => collector.add(call));
    readTraceFile(file, reader, terminal);
    calls += reader.calls;
    for (const { line, text } of reader.unread)
      terminal.error(`${printable(`${file}:${line}: not understood: ${text.slice(0, 120)}`)}\n`);
  }
  if (calls === 0)
    fail("bad-capture", "The traces have no system call.", {
      place: { file: files[0]! },
      hint: "Make one with 'strace -f -o FILE'.",
    });
  for (const name of collector.unknown)
    terminal.error(`${printable(name)} is no system call that netsim knows; it is left out\n`);
  const text = `${JSON.stringify(collector.profile(), undefined, 2)}\n`;
  if (flags.output === undefined) terminal.out(text);
  else writeOutput(flags.output, Buffer.from(text));
  return EXIT.ok;
}
