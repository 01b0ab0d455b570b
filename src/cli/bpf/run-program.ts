import { errnoName } from "../../bpf/maps/errno.ts";
import { TEST_CONTEXTS, type TestPacket } from "../../bpf/test-run/context.ts";
import type { TestProgram } from "../../bpf/test-run/test-program.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { count, plural } from "../../report/words.ts";
import type { Terminal } from "../command.ts";
import { orRefusal } from "./engine.ts";
import { givenContext, namedContext } from "./given-context.ts";
import { type FileProgram, type InputFile, readInput, readProgram } from "./program-file.ts";
import { KERNEL, type RunProgramFlags } from "./run.ts";
import type { ShownMaps } from "./shown-maps.ts";
import { testPackets } from "./test-packets.ts";
import { loadTestProgram, testType } from "./test-program-file.ts";
import { CLASSIC_TYPES, seesPackets } from "./test-types.ts";

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

/** The context of a program of that type, before and behind a run. */
interface ContextAfter {
  readonly given: Uint8Array;
  readonly after: Uint8Array;
  readonly type: string;
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
  const read = readProgram(input, flags);
  const type = testType(read, flags.type);
  const given = checkGiven(type, read.language, flags);
  const { maps, program } = await prepare(input, read, given, flags, terminal);
  const run = (packet: TestPacket, number?: number): PacketResult =>
    orRefusal(
      input.name,
      () => {
        if (given !== undefined && flags.engine !== KERNEL) checkContext(type, given, packet);
        return runOn(program, packet, given, flags.repeat, terminal);
      },
      number === undefined ? "" : ` It was run on packet ${number}.`,
    );
  const packets = testPackets(flags.packet);
  const of = program.showsBytesOnly === true ? BYTES : RETURN_VALUE;
  if ("one" in packets) {
    const result = run(packets.one);
    const after = given && program.context?.();
    const context = given && after && { given, after, type };
    showOne(packets.one, of, result, { data: program.packet(), context }, maps, flags, terminal);
  } else (flags.json ? showCaptureAsJson : showCapture)(packets.capture, of, run, maps, flags, terminal);
  return EXIT.ok;
}

/** Refuses what a type's programs are not given, and reads the context. */
function checkGiven(
  type: string,
  language: FileProgram["language"],
  { packet, context, repeat }: RunProgramFlags,
): Uint8Array | undefined {
  if (!seesPackets(type) && packet !== undefined)
    fail("usage", `A ${type} program sees no packet: leave out --packet.`, { hint: "--context says what it sees." });
  if (["raw_tracepoint", "syscall"].includes(type) && repeat !== 1)
    fail("usage", `BPF_PROG_TEST_RUN runs a ${type} program once: leave out --repeat.`);
  if (context === undefined && type === "sk_lookup")
    fail("usage", "A sk_lookup program is run on what a socket is looked up by: give it with --context.", {
      hint: "As --context '{family: 2, protocol: 6, local_ip4: 10.0.0.1, local_port: 80}'.",
    });
  if (context !== undefined && language === "classic")
    fail(
      "usage",
      `A classic program has no context; it is one of ${CLASSIC_TYPES.join(", ")} that sees a packet only.`,
    );
  return givenContext(context, type);
}

/** Whatever program it is. */
const ANY_PROGRAM = { attachType: 0, contextBytes: 0, processors: 1 };

/** Refuses a context that BPF_PROG_TEST_RUN does not take, with that packet. */
function checkContext(type: string, context: Uint8Array, { bytes }: TestPacket): void {
  const kind = TEST_CONTEXTS[type]!;
  const refused =
    type === "socket_filter"
      ? kind.contextRefusal(context, bytes.length)
      : kind.refusal({ context, ...(seesPackets(type) && { data: bytes }) }, ANY_PROGRAM);
  if (refused !== 0)
    fail(
      "unsupported",
      `Linux does not run a ${type} program with this context of ${context.length} bytes (BPF_PROG_TEST_RUN gives ${errnoName(refused)}).`,
      { hint: "What programs are given, and how, is in `netsim bpf run --help`." },
    );
}

/** Loads the program for the engine that was asked for, and makes the maps. */
async function prepare(
  input: InputFile,
  program: FileProgram,
  given: Uint8Array | undefined,
  flags: RunProgramFlags,
  terminal: Terminal,
): Promise<{ program: TestProgram; maps: ShownMaps }> {
  const { name } = input;
  if (flags.engine === KERNEL) {
    const [{ prepareInKernel }, { wordsOfVerifier }] = await Promise.all([
      import("./run-in-kernel.ts"),
      import("./words-of-verifier.ts"),
    ]);
    return prepareInKernel(name, program, flags, () => wordsOfVerifier(input, program, flags));
  }
  return loadTestProgram(name, program, { ...flags, given }, terminal);
}

function runOn(
  program: TestProgram,
  packet: TestPacket,
  given: Uint8Array | undefined,
  repeat: number,
  terminal: Terminal,
): PacketResult {
  program.give(packet, given);
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
  { data, context }: { readonly data: Uint8Array; readonly context: ContextAfter | undefined },
  maps: ShownMaps,
  { json, repeat }: RunProgramFlags,
  terminal: Terminal,
): void {
  const nanoseconds = Math.round((milliseconds * 1e6) / repeat);
  if (json) {
    const dataOut = Buffer.from(data).toString("hex");
    const behind = context && {
      contextOut: Buffer.from(context.after).toString("hex"),
      context: namedContext(context.after, context.type),
    };
    terminal.out(
      `${JSON.stringify({ [key]: returnValue, repeat, nanoseconds, dataOut, ...behind, maps: maps.asJson() })}\n`,
    );
    return;
  }
  if (data.length > 0 && Buffer.compare(packet.bytes, data) !== 0) terminal.out(`Data out:\n${hexLines(data)}`);
  if (context !== undefined && Buffer.compare(context.given, context.after) !== 0)
    terminal.out(`Context out:\n${contextLines(context)}`);
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

/** Fields that are not 0 by name, or the bytes of a context that has no names. */
function contextLines({ after, type }: ContextAfter): string {
  const named = namedContext(after, type);
  if (named === undefined) return hexLines(after);
  const said = Object.entries(named).filter(([, value]) =>
    Array.isArray(value) ? value.some((it) => it !== 0) : value !== 0,
  );
  return said.length === 0
    ? "  all 0\n"
    : said.map(([name, value]) => `  ${name}: ${Array.isArray(value) ? `[${value.join(", ")}]` : value}\n`).join("");
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
