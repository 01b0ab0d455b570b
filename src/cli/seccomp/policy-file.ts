import { dirname, join } from "node:path";
import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { parseClassicProgram } from "../../bpf/classic/parser.ts";
import { ProgramTextError } from "../../bpf/program-text-error.ts";
import { fail, NetsimError } from "../../errors.ts";
import { checkSeccompFilter } from "../../hooks/seccomp/rules.ts";
import { type Architecture, DEFAULT_ARCHITECTURE, findArchitecture } from "../../seccomp/architecture/architecture.ts";
import { compileProfile } from "../../seccomp/compile/compile.ts";
import type { Dispatch } from "../../seccomp/compile/dispatch.ts";
import { decodeFilter, looksLikeFilter } from "../../seccomp/filter/raw-filter.ts";
import { DEFAULT_CAPABILITIES, type Profile, type ProfileTarget } from "../../seccomp/profile/profile.ts";
import { readProfile } from "../../seccomp/profile/read-profile.ts";
import { readTextFile } from "../../topology/document.ts";
import { SourceText } from "../../topology/yaml/source-text.ts";
import { readInput } from "../bpf/program-file.ts";
import type { Terminal } from "../command.ts";
import { showDiagnostics } from "../show-failure.ts";
import type { TargetFlags } from "./target-options.ts";

/** A filter, and the profile that it was made of unless the file was a filter itself. */
export interface Policy {
  readonly file: string;
  readonly program: readonly ClassicInstruction[];
  readonly profile?: Profile;
  /** Architecture of calls that are given by name, if none is asked for. */
  readonly architecture: Architecture;
}

/** Bytes of the largest profile that is read. */
const LARGEST = 16 << 20;

/** What `--arch`, `--cap` and `--kernel` say. Throws a NetsimError `usage` for an architecture that does not exist. */
export function targetOf({ arch, cap, kernel }: TargetFlags): ProfileTarget {
  return {
    architecture: arch === undefined ? DEFAULT_ARCHITECTURE : architectureOption(arch),
    capabilities: cap === undefined ? DEFAULT_CAPABILITIES : capabilitiesOf(cap),
    ...(kernel === undefined ? {} : { kernel }),
  };
}

/** The architecture of that name. Throws a NetsimError `usage`. */
export function architectureOption(name: string): Architecture {
  return (
    findArchitecture(name) ??
    fail("usage", `There is no architecture '${name}'.`, {
      hint: "Architectures are x86_64, x86, x32, arm, aarch64, riscv64, s390x, ppc64le, mips, loongarch64 and others.",
    })
  );
}

function capabilitiesOf(names: readonly string[]): ReadonlySet<string> {
  if (names.includes("NONE")) return new Set();
  if (!names.includes("ALL")) return new Set(names);
  return { has: () => true, size: Number.POSITIVE_INFINITY } as unknown as ReadonlySet<string>;
}

/** Reads a profile or a filter, and tells what is odd about it. Throws a NetsimError. */
export function readPolicy(file: string, flags: TargetFlags, how: Dispatch, terminal: Terminal): Policy {
  const target = targetOf(flags);
  const input = readInput(file, terminal);
  if (looksLikeFilter(input.bytes)) return filterPolicy(input.name, decodeFilter(input.bytes), target);
  const text = decodeText(input.name, input.bytes);
  if (looksLikeListing(text)) return filterPolicy(input.name, parseListing(input.name, text), target);
  const profile = readProfile(input.name, text, target, (path, from) => {
    const included = join(dirname(from.file), path);
    return new SourceText(included, decodeText(included, readTextFile(included, LARGEST)));
  });
  if (profile.warnings.length > 0) showDiagnostics(profile.warnings, terminal);
  return {
    file: input.name,
    program: compileProfile(profile, how),
    profile,
    architecture: flags.arch === undefined ? profile.architectures[0]! : target.architecture,
  };
}

function filterPolicy(file: string, program: readonly ClassicInstruction[], { architecture }: ProfileTarget): Policy {
  const problems = checkSeccompFilter(program);
  if (problems.length > 0)
    throw new NetsimError(
      problems.map(({ message, hint }) => ({
        code: "program-rejected",
        severity: "error",
        message,
        place: { file },
        ...(hint === undefined ? {} : { hint }),
      })),
    );
  return { file, program, architecture };
}

/** A filter's text: tcpdump's and bpf_asm's forms, whose first line begins with a number or a load. */
function looksLikeListing(text: string): boolean {
  return /^\s*(?:;[^\n]*\n\s*|\/\*[\s\S]*?\*\/\s*)*(\(\d+\)\s|\d+\s*(\n|,)|\{\s*0x|(\w+:\s*)?(ld[bhx]?|ldxb|stx?|ret|jmp|ja)\s)/.test(
    text,
  );
}

function parseListing(file: string, text: string): readonly ClassicInstruction[] {
  try {
    return parseClassicProgram(text).instructions;
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    throw new NetsimError(
      error.problems.map(({ line, column, message, hint }) => ({
        code: "program-syntax",
        severity: "error",
        message,
        place: { file, line, column },
        ...(hint === undefined ? {} : { hint }),
      })),
    );
  }
}

function decodeText(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail("program-syntax", `'${file}' is neither text in UTF-8 nor a filter.`, {
      place: { file },
      hint: "A filter is an array of struct sock_filter: 8 bytes an instruction.",
    });
  }
}
