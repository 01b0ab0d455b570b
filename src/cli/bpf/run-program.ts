import type { TestPacket } from "../../bpf/test-run/context.ts";
import type { TestProgram } from "../../bpf/test-run/test-program.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { count, plural } from "../../report/words.ts";
import type { Terminal } from "../command.ts";
import { orRefusal } from "./engine.ts";
import { type InputFile, readInput, readProgram } from "./program-file.ts";
import { KERNEL, type RunProgramFlags } from "./run.ts";
import type { ShownMaps } from "./shown-maps.ts";
import { testPackets } from "./test-packets.ts";
import { loadTestProgram } from "./test-program-file.ts";

/** What the numbers that runs give are called. */
interface ResultName {
  readonly label: string;
  readonly key: string;
}

const RETURN_VALUE: ResultName = { label: "return value", key: "returnValue" };
const BYTES: ResultName = { label: "bytes let through", key: "bytesPassed" };

/** What one packet gave. */
interface PacketResult {
  /** Low 32 bits of R0, unsigned; or what ResultName says. */
  readonly returnValue: number;
  /** Real time that all repetitions took. */
  readonly milliseconds: number;
}

/** Runs a program on packets. */
export async function runProgram(
  words: readonly string[],
  flags: RunProgramFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const [file, ...others] = words;
  if (file === undefined || others.length > 0) fail("usage", "Name one program to run; - is standard input.");
  if (file === "-" && flags.packet === "-") fail("usage", "The program and the packets cannot both be standard input.");
  const input = readInput(file, terminal);
  const { maps, program } = await prepare(input, flags, terminal);
  const run = (packet: TestPacket, number?: number): PacketResult =>
    orRefusal(
      input.name,
      () => runOn(program, packet, flags.repeat, terminal),
      number === undefined ? "" : ` It was run on packet ${number}.`,
    );
  const packets = testPackets(flags.packet);
  const of = program.showsBytesOnly === true ? BYTES : RETURN_VALUE;
  if ("one" in packets) showOne(packets.one, of, run(packets.one), program.packet(), maps, flags, terminal);
  else (flags.json ? showCaptureAsJson : showCapture)(packets.capture, of, run, maps, flags, terminal);
  return EXIT.ok;
}

/** Loads the program for the engine that was asked for, and makes the maps. */
async function prepare(
  input: InputFile,
  flags: RunProgramFlags,
  terminal: Terminal,
): Promise<{ program: TestProgram; maps: ShownMaps }> {
  const program = readProgram(input, flags);
  if (flags.engine === KERNEL) return (await import("./run-in-kernel.ts")).prepareInKernel(input.name, program, flags);
  return loadTestProgram(input.name, program, flags, terminal);
}

function runOn(program: TestProgram, packet: TestPacket, repeat: number, terminal: Terminal): PacketResult {
  program.give(packet);
  if (program.runRepeatedly !== undefined) {
    const { returnValue, nanoseconds } = program.runRepeatedly(repeat);
    return { returnValue, milliseconds: (nanoseconds * repeat) / 1e6 };
  }
  const begun = terminal.clock();
  let returnValue = 0;
  for (let i = 0; i < repeat; i++) returnValue = program.run();
  return { returnValue, milliseconds: terminal.clock() - begun };
}

function showOne(
  packet: TestPacket,
  { label, key }: ResultName,
  { returnValue, milliseconds }: PacketResult,
  after: Uint8Array,
  maps: ShownMaps,
  { json, repeat }: RunProgramFlags,
  terminal: Terminal,
): void {
  const nanoseconds = Math.round((milliseconds * 1e6) / repeat);
  if (json) {
    const dataOut = Buffer.from(after).toString("hex");
    terminal.out(`${JSON.stringify({ [key]: returnValue, repeat, nanoseconds, dataOut, maps: maps.asJson() })}\n`);
    return;
  }
  if (Buffer.compare(packet.bytes, after) !== 0) terminal.out(`Data out:\n${hexLines(after)}`);
  terminal.out(
    `${label[0]!.toUpperCase()}${label.slice(1)}: ${returnValue}, duration (average): ${nanoseconds}ns\n${maps.asText()}`,
  );
}

function showCapture(
  packets: Iterable<TestPacket>,
  { label }: ResultName,
  run: (packet: TestPacket, number: number) => PacketResult,
  maps: ShownMaps,
  { repeat }: RunProgramFlags,
  terminal: Terminal,
): void {
  terminal.out(`${"packet".padStart(8)}  ${"bytes".padStart(7)}  ${label}\n`);
  let number = 0;
  let zeroes = 0;
  let milliseconds = 0;
  for (const packet of packets) {
    const result = run(packet, ++number);
    if (result.returnValue === 0) zeroes++;
    milliseconds += result.milliseconds;
    terminal.out(`${String(number).padStart(8)}  ${String(packet.bytes.length).padStart(7)}  ${result.returnValue}\n`);
  }
  const nanoseconds = number === 0 ? 0 : Math.round((milliseconds * 1e6) / (number * repeat));
  terminal.out(
    `${plural(number, "packet")}: ${count(zeroes)} returned 0, ${count(number - zeroes)} did not; duration (average): ${nanoseconds}ns\n${maps.asText()}`,
  );
}

function showCaptureAsJson(
  packets: Iterable<TestPacket>,
  { key }: ResultName,
  run: (packet: TestPacket, number: number) => PacketResult,
  maps: ShownMaps,
  { repeat }: RunProgramFlags,
  terminal: Terminal,
): void {
  const results: Record<string, number>[] = [];
  for (const packet of packets) {
    const { returnValue, milliseconds } = run(packet, results.length + 1);
    results.push({
      bytes: packet.bytes.length,
      [key]: returnValue,
      nanoseconds: Math.round((milliseconds * 1e6) / repeat),
    });
  }
  terminal.out(`${JSON.stringify({ repeat, packets: results, maps: maps.asJson() })}\n`);
}

/** Sixteen bytes a line behind their offset. */
function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = Array.from(bytes.subarray(at, at + 16), (byte) => byte.toString(16).padStart(2, "0"));
    lines.push(`${at.toString(16).padStart(4, "0")}  ${row.join(" ")}\n`);
  }
  return lines.join("");
}
