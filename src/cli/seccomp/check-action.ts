import { isBranch } from "../../bpf/classic/instruction.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { actionName, describeAction } from "../../hooks/seccomp/action.ts";
import { type Decision, decide } from "../../hooks/seccomp/decide.ts";
import { InterpretedFilter } from "../../hooks/seccomp/filter.ts";
import { printable } from "../../report/printable.ts";
import { type Architecture, architectureOf } from "../../seccomp/architecture/architecture.ts";
import { syscallName } from "../../seccomp/architecture/syscalls.ts";
import { argumentValue } from "../../seccomp/calls/argument.ts";
import { type NamedCall, parseCall, parseNumber } from "../../seccomp/calls/written-call.ts";
import { errnoName } from "../../seccomp/constants.ts";
import { instructionTexts } from "../../seccomp/filter/seccomp-listing.ts";
import type { Policy } from "../../seccomp/policy.ts";
import type { Terminal } from "../command.ts";
import type { CheckCallsFlags } from "./check.ts";
import { checkTrace } from "./check-trace.ts";
import { architectureOption, readPolicy } from "./policy-file.ts";

/** Puts calls before filters and tells what becomes of them. */
export async function checkCalls(
  files: readonly string[],
  flags: CheckCallsFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const policies = files.map((file) => readPolicy(file, flags, flags.optimize ? "tree" : "linear", terminal));
  const architecture = flags.arch === undefined ? policies[0]!.architecture : architectureOption(flags.arch);
  const calls = givenCalls(flags, architecture);
  if (calls.length === 0 && flags.trace === undefined)
    fail("usage", "There is no call to check.", {
      hint: "Give one: --call 'read(0, NULL, 1)', --nr 0 or --trace FILE.",
    });
  const filters = policies.map(({ program }) => new InterpretedFilter(program));
  let failed = 0;
  for (const call of calls) {
    const decision = decide(call, filters);
    if (flags.json) terminal.out(`${JSON.stringify(decisionRecord(call, decision, policies))}\n`);
    else terminal.out(printable(decisionLine(call, decision)).concat("\n", pathText(decision, policies)));
    if (flags.expect !== undefined && !isExpected(decision, flags.expect)) {
      failed++;
      terminal.error(
        `expected ${flags.expect} of ${printable(callText(call))}, got ${describeAction(decision.returnValue)}\n`,
      );
    }
  }
  if (flags.trace !== undefined) {
    const others = checkTrace(flags.trace, policies, architecture, flags, terminal);
    if (others > 0) terminal.error(`${others} calls did not get the expected ${flags.expect}\n`);
    failed += others;
  }
  return failed > 0 ? EXIT.expectationFailed : EXIT.ok;
}

function givenCalls({ call, nr, args }: CheckCallsFlags, architecture: Architecture): NamedCall[] {
  const calls = call.map((text) => parseCall(text, architecture));
  if (nr === undefined) {
    if (args !== undefined)
      fail("usage", "--args goes with --nr.", { hint: "A call has them in it: --call 'read(0, 0, 1)'." });
    return calls;
  }
  const number = parseNumber(nr);
  const own = architectureOf(architecture.audit, number) ?? architecture;
  const values = args === undefined ? [] : args.split(",").map(numberArgument);
  if (values.length > 6) fail("usage", "A system call has at most six arguments.");
  calls.push({ name: syscallName(number, own) ?? nr, nr: number, arch: architecture.audit, args: values });
  return calls;
}

/** An argument of `--args`; nothing, or N as in libseccomp's tests, is 0. Plain negative numbers have all 64 bits. */
function numberArgument(text: string): bigint {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "N") return 0n;
  if (/^-(0x[\da-f]+|\d+)$/i.test(trimmed)) return BigInt.asUintN(64, -BigInt(trimmed.slice(1)));
  if (/^(0x[\da-f]+|\d+)$/i.test(trimmed)) return BigInt.asUintN(64, BigInt(trimmed));
  return argumentValue(trimmed)?.value ?? fail("usage", `'${trimmed}' is no value of an argument.`);
}

/** True where an answer is the expected one: `ERRNO` takes every ERRNO, `ERRNO(1)` only that one. KILL is either kind. */
function isExpected({ returnValue, action }: Decision, expected: string): boolean {
  const wanted = expected.toUpperCase();
  if (wanted === "KILL") return action === "KILL_THREAD" || action === "KILL_PROCESS";
  if (wanted === "NOTIFY") return action === "USER_NOTIF";
  return wanted === describeAction(returnValue) || wanted === action;
}

function decisionRecord(call: NamedCall, decision: Decision, policies: readonly Policy[]): object {
  const texts = policies.map(({ program }) => instructionTexts(program));
  return {
    call: call.name,
    nr: call.nr,
    arch: architectureOf(call.arch, call.nr)?.name ?? `0x${call.arch.toString(16)}`,
    args: call.args.map((value) => `0x${value.toString(16)}`),
    // Unknown ones kill; what the filter itself said stands in the path.
    action: decision.action,
    data: decision.data,
    errno: decision.errno ?? null,
    path: decision.paths.map(({ filter, returnValue, instructions }) => ({
      filter: policies[filter]!.file,
      returns: describeAction(returnValue),
      instructions: instructions.map((index) => ({ index, text: texts[filter]![index] })),
    })),
  };
}

function callText({ name, args }: NamedCall): string {
  return `${name}(${args.map((value) => (value < 10n ? `${value}` : `0x${value.toString(16)}`)).join(", ")})`;
}

function decisionLine(call: NamedCall, { returnValue, action, errno }: Decision): string {
  const name = errno === undefined ? undefined : errnoName(errno);
  const meaning =
    actionName(returnValue) === undefined ? ` which acts as ${action}` : name === undefined ? "" : ` ${name}`;
  return `${callText(call)}: ${describeAction(returnValue)}${meaning}`;
}

/** Comparisons in a row that all fail are shown one by one up to this many. */
const MOST_COMPARISONS = 3;

/** Every filter's way, newest first, an instruction a line; of many comparisons that fail one after the other only how many. */
function pathText({ paths }: Decision, policies: readonly Policy[]): string {
  let text = "";
  for (const { filter, returnValue, instructions } of paths) {
    const { file, program } = policies[filter]!;
    const texts = instructionTexts(program);
    if (policies.length > 1) text += `  ${printable(file)}: ${describeAction(returnValue)}\n`;
    const failed = (at: number) =>
      isBranch(program[instructions[at]!]!.code) && instructions[at + 1] === instructions[at]! + 1;
    for (let at = 0; at < instructions.length; at++) {
      let run = 0;
      while (at + run < instructions.length && failed(at + run)) run++;
      if (run > MOST_COMPARISONS) {
        text += `    ....: ${run} comparisons that do not hold\n`;
        at += run - 1;
      } else text += `    ${`${instructions[at]}`.padStart(4, "0")}: ${texts[instructions[at]!]}\n`;
    }
  }
  return text;
}
