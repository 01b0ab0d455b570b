import type { TestPacket } from "../../bpf/test-run/context.ts";
import type { TestProgram } from "../../bpf/test-run/test-program.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { count, plural } from "../../report/words.ts";
import type { Terminal } from "../command.ts";
import { orRefusal } from "./engine.ts";
import { GivenMaps } from "./given-maps.ts";
import { readInput } from "./program-file.ts";
import type { RunProgramFlags } from "./run.ts";
import { testPackets } from "./test-packets.ts";
import { loadTestProgram } from "./test-program-file.ts";

/** What one packet gave. */
interface PacketResult {
  /** Low 32 bits of R0, unsigned. */
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
  const maps = new GivenMaps(flags.map);
  const program = loadTestProgram(input, maps, flags, terminal);
  const run = (packet: TestPacket, number?: number): PacketResult =>
    orRefusal(
      input.name,
      () => runOn(program, packet, flags.repeat, terminal),
      number === undefined ? "" : ` It was run on packet ${number}.`,
    );
  const packets = testPackets(flags.packet);
  if ("one" in packets) showOne(packets.one, run(packets.one), program.packet(), maps, flags, terminal);
  else (flags.json ? showCaptureAsJson : showCapture)(packets.capture, run, maps, flags, terminal);
  return EXIT.ok;
}

function runOn(program: TestProgram, packet: TestPacket, repeat: number, terminal: Terminal): PacketResult {
  program.give(packet);
  const begun = terminal.clock();
  let returnValue = 0;
  for (let i = 0; i < repeat; i++) returnValue = program.run();
  return { returnValue, milliseconds: terminal.clock() - begun };
}

function showOne(
  packet: TestPacket,
  { returnValue, milliseconds }: PacketResult,
  after: Uint8Array,
  maps: GivenMaps,
  { json, repeat }: RunProgramFlags,
  terminal: Terminal,
): void {
  const nanoseconds = Math.round((milliseconds * 1e6) / repeat);
  if (json) {
    const dataOut = Buffer.from(after).toString("hex");
    terminal.out(`${JSON.stringify({ returnValue, repeat, nanoseconds, dataOut, maps: maps.asJson() })}\n`);
    return;
  }
  if (Buffer.compare(packet.bytes, after) !== 0) terminal.out(`Data out:\n${hexLines(after)}`);
  terminal.out(`Return value: ${returnValue}, duration (average): ${nanoseconds}ns\n${maps.asText()}`);
}

function showCapture(
  packets: Iterable<TestPacket>,
  run: (packet: TestPacket, number: number) => PacketResult,
  maps: GivenMaps,
  { repeat }: RunProgramFlags,
  terminal: Terminal,
): void {
  terminal.out(`${"packet".padStart(8)}  ${"bytes".padStart(7)}  return value\n`);
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
  run: (packet: TestPacket, number: number) => PacketResult,
  maps: GivenMaps,
  { repeat }: RunProgramFlags,
  terminal: Terminal,
): void {
  const results: { bytes: number; returnValue: number; nanoseconds: number }[] = [];
  for (const packet of packets) {
    const { returnValue, milliseconds } = run(packet, results.length + 1);
    results.push({
      bytes: packet.bytes.length,
      returnValue,
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
