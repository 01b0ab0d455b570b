import type { ClassicInstruction } from "../bpf/classic/instruction.ts";
import { CaptureFilter } from "../bpf/filter/capture-filter.ts";
import { type RunOnPacket, translateForCaptures } from "../bpf/filter/capture-translation.ts";
import { compileFilter } from "../bpf/filter/compile.ts";
import { nameOfLinkType } from "../bpf/filter/names/link-types.ts";
import { ProgramTextError } from "../bpf/program-text-error.ts";
import { EXIT, type ExitCode, fail } from "../errors.ts";
import { openCapture } from "../packet/capture/open-capture.ts";
import { PcapWriter } from "../packet/capture/pcap-writer.ts";
import type { CaptureReader } from "../packet/capture/reader.ts";
import type { Terminal } from "./command.ts";
import { showExpressionProblems } from "./expression-problems.ts";
import type { FilterFlags } from "./filter.ts";

/** Copies the packets of a capture of which the expression holds. */
export async function filter(expression: string, flags: FilterFlags, terminal: Terminal): Promise<ExitCode> {
  const reader = openCapture(flags.read);
  try {
    const taken = copy(reader, expression, flags, terminal.interrupted);
    terminal.out(`${taken} of ${reader.index} packets\n`);
    return terminal.interrupted.aborted ? EXIT.interrupted : EXIT.ok;
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    return showExpressionProblems(expression, error, terminal);
  } finally {
    reader.close();
  }
}

/** Returns how many packets were taken. The output is created once the expression is known to be right. */
function copy(reader: CaptureReader, expression: string, { write, nano }: FilterFlags, stop: AbortSignal): number {
  // A pcapng file tells the link type with each packet only.
  let found = reader.next();
  const { linkType } = reader;
  const holds = runner(compileFilter(expression, { linkType, savedBy: reader.byteOrder }));
  const writer =
    write === undefined
      ? undefined
      : new PcapWriter(write, { linkType, precision: nano ? "nanosecond" : "microsecond" });
  let taken = 0;
  try {
    for (; found && !stop.aborted; found = reader.next()) {
      if (reader.linkType !== linkType) failLinkType(reader, linkType);
      if (holds(reader.bytes, reader.at, reader.length, reader.originalLength) === 0) continue;
      taken++;
      writer?.write(reader.bytes, reader.at, reader.length, reader.originalLength, reader.seconds, reader.nanoseconds);
    }
  } finally {
    writer?.close();
  }
  return taken;
}

function runner(instructions: readonly ClassicInstruction[]): RunOnPacket {
  const translated = translateForCaptures(instructions);
  if (translated !== undefined) return translated;
  const interpreter = new CaptureFilter(instructions);
  return (bytes, at, length, wireLength) => interpreter.run(bytes, at, length, wireLength);
}

function failLinkType(reader: CaptureReader, first: number): never {
  const [here, before] = [reader.linkType, first].map(nameOfLinkType);
  return fail("unsupported", `Packet ${reader.index} is of link type ${here}, those before it of ${before}.`, {
    place: { file: reader.file },
    hint: "Filters are compiled for one link type, and a pcap file holds one. editcap -T or tshark separate them.",
  });
}
