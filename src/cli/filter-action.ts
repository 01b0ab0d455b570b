import { statSync } from "node:fs";
import { ProgramTextError } from "../bpf/program-text-error.ts";
import { EXIT, type ExitCode, fail } from "../errors.ts";
import { openCapture } from "../packet/capture/open-capture.ts";
import { PcapReader } from "../packet/capture/pcap-reader.ts";
import type { CapturePrecision } from "../packet/capture/pcap-writer.ts";
import type { CaptureReader } from "../packet/capture/reader.ts";
import { CaptureFilters } from "./capture-filters.ts";
import type { Terminal } from "./command.ts";
import { showExpressionProblems } from "./expression-problems.ts";
import type { FilterFlags } from "./filter.ts";
import { filteredOutput } from "./filtered-output.ts";

/** Packets after which a signal is looked for. */
const PAUSE = 65_536;

/** Copies the packets of a capture of which the expression holds. */
export async function filter(expression: string, flags: FilterFlags, terminal: Terminal): Promise<ExitCode> {
  const { read, write } = flags;
  if (write !== undefined && isSameFile(read, write))
    fail("usage", `'${write}' is the capture that is read; writing would destroy it.`, {
      hint: "Write to another file, and rename that one.",
    });
  const reader = openCapture(read);
  const filters = new CaptureFilters(expression);
  try {
    const taken = await copy(reader, filters, flags, stopper(flags, terminal));
    const tell = flags.write === "-" ? terminal.error : terminal.out;
    tell(`${taken} of ${reader.index} packets\n`);
    return flags.read !== "-" && terminal.interrupted.aborted ? EXIT.interrupted : EXIT.ok;
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    return showExpressionProblems(expression, error, terminal);
  } finally {
    reader.close();
  }
}

/** Whether both names are of one file on a disk. */
function isSameFile(first: string, second: string): boolean {
  if (first === "-" || second === "-") return false;
  const [one, other] = [first, second].map((name) => statSync(name, { bigint: true, throwIfNoEntry: false }));
  return one?.isFile() === true && one.dev === other?.dev && one.ino === other.ino;
}

/** Whether to stop. A signal ends the process itself where reading waits for somebody, so that it need not be looked for. */
function stopper(flags: FilterFlags, terminal: Terminal): () => boolean {
  if (flags.read === "-") return () => false;
  const signal = terminal.interrupted;
  return () => signal.aborted;
}

/** Returns how many packets were taken. The output is created once the expression is known to be right. */
async function copy(
  reader: CaptureReader,
  filters: CaptureFilters,
  { write, nano }: FilterFlags,
  isStopped: () => boolean,
): Promise<number> {
  // A pcapng file tells the link type with each packet only.
  let found = reader.next();
  let holds = filters.for(reader);
  const precision: CapturePrecision = nano ? "nanosecond" : "microsecond";
  const output = write === undefined ? undefined : filteredOutput(write, reader, precision);
  const keep = output?.records ?? (() => {});
  const sifts = reader instanceof PcapReader && (output === undefined || output.records !== undefined);
  let taken = 0;
  let pause = reader.index + PAUSE;
  try {
    for (; found; found = reader.next()) {
      if (reader.format === "pcapng") holds = filters.for(reader);
      if (holds(reader.bytes, reader.at, reader.length, reader.originalLength) !== 0) {
        taken++;
        output?.packet(reader);
      }
      if (sifts) taken += reader.sift(output && precision, holds, keep);
      if (reader.index < pause) continue;
      await immediately();
      if (isStopped() || output?.isUnread() === true) break;
      pause = reader.index + PAUSE;
    }
  } finally {
    output?.close();
  }
  return taken;
}

/** Lets signals be handled. */
function immediately(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
