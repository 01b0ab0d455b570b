import { nearestName } from "../../bpf/nearest-name.ts";
import { fail } from "../../errors.ts";
import type { SeccompCall } from "../../hooks/seccomp/seccomp-data.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { isSyscall, syscallName, syscallNames, syscallNumber } from "../architecture/syscalls.ts";
import { constantNames } from "../constants.ts";
import { argumentValue } from "./argument.ts";
import { argumentText } from "./argument-text.ts";
import { splitArguments } from "./split-arguments.ts";

/** A call that one can put before filters, with what it was called. */
export interface NamedCall extends SeccompCall {
  /** Name of the call; of a number without a name, the number. */
  readonly name: string;
  readonly args: readonly bigint[];
  /** What its arguments point to, where that was written as a text; by their places. */
  readonly texts?: readonly (string | undefined)[];
}

/**
 * Reads a call as one writes it: `openat(AT_FDCWD, "/etc/passwd", O_RDONLY)`, `read`, `1000(1, 2)`. Throws a NetsimError `usage` where it is
 * not understood, or where the architecture has no such call.
 */
export function parseCall(text: string, architecture: Architecture): NamedCall {
  const match = /^\s*([\w-]+)\s*(\()?/.exec(text);
  if (match === null)
    return fail("usage", `'${text}' is no system call.`, { hint: "Write it as in 'read(0, NULL, 1)'." });
  const given = match[1]!;
  const nr = /^-?(0x[\da-f]+|\d+)$/i.test(given) ? parseNumber(given) : numberOf(given, architecture);
  const name = syscallName(nr, architecture) ?? given;
  if (match[2] === undefined) {
    if (text.trim() !== given) fail("usage", `'${text}' has more than the name of a call.`);
    return { name, nr, arch: architecture.audit, args: [] };
  }
  const written = splitArguments(text, match[0].length);
  if (written.end >= text.length || text.slice(written.end + 1).trim() !== "")
    fail("usage", `'${text}' does not end with the parenthesis of its arguments.`);
  if (written.arguments.length > 6) fail("usage", `'${text}' has more than six arguments.`);
  const texts = written.arguments.map(argumentText);
  const args = written.arguments.map(argumentOf);
  return { name, nr, arch: architecture.audit, args, ...(texts.some((it) => it !== undefined) && { texts }) };
}

function argumentOf(text: string): bigint {
  const value = argumentValue(text);
  if (value !== undefined) return value.value;
  const near = nearestName(text, constantNames());
  return fail("usage", `'${text}' is no argument that has a value.`, {
    hint: near === undefined ? "Any constant can be written as a number." : `Did you mean '${near}'?`,
  });
}

/** A number as `--nr` takes it: decimal or hexadecimal, also negative. Throws a NetsimError `usage`. */
export function parseNumber(text: string): number {
  if (!/^-?(0x[\da-f]+|\d+)$/i.test(text)) fail("usage", `'${text}' is no number of a system call.`);
  const value = text.startsWith("-") ? -Number(text.slice(1)) : Number(text);
  if (value < -0x8000_0000 || value > 0xffff_ffff) fail("usage", `'${text}' has more than 32 bits.`);
  return value;
}

function numberOf(name: string, architecture: Architecture): number {
  const nr = syscallNumber(name, architecture);
  if (nr !== undefined) return nr;
  if (isSyscall(name)) fail("usage", `${architecture.name} has no system call '${name}'; other architectures do.`);
  const near = nearestName(name, syscallNames());
  return fail(
    "usage",
    `There is no system call '${name}'.`,
    near === undefined ? {} : { hint: `Did you mean '${near}'?` },
  );
}
