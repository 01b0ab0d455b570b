import type { ClassicInstruction } from "../bpf/classic/instruction.ts";
import { parseClassicProgram } from "../bpf/classic/parser.ts";
import { ProgramTextError } from "../bpf/program-text-error.ts";
import { fail, NetsimError } from "../errors.ts";
import { checkSeccompFilter } from "../hooks/seccomp/rules.ts";
import type { Architecture } from "./architecture/architecture.ts";
import { compileProfile } from "./compile/compile.ts";
import type { Dispatch } from "./compile/dispatch.ts";
import { decodeFilter, looksLikeFilter } from "./filter/raw-filter.ts";
import type { ReadIncluded } from "./profile/included-files.ts";
import type { Profile, ProfileTarget } from "./profile/profile.ts";
import { readProfile } from "./profile/read-profile.ts";

/** A filter, and the profile that it was made of unless the file was a filter itself. */
export interface Policy {
  readonly file: string;
  readonly program: readonly ClassicInstruction[];
  readonly profile?: Profile;
  /** Architecture of calls that are given by name, if none is asked for. */
  readonly architecture: Architecture;
}

/**
 * Makes a filter of a file's content: a profile in any language, the bytes of a filter, or its listing. Throws a NetsimError.
 * @param include reads files that a profile includes.
 */
export function readPolicyBytes(
  file: string,
  bytes: Uint8Array,
  target: ProfileTarget,
  how: Dispatch,
  include: ReadIncluded,
): Policy {
  if (looksLikeFilter(bytes)) return filterPolicy(file, decodeFilter(bytes), target);
  const text = decodeText(file, bytes);
  if (looksLikeListing(text)) return filterPolicy(file, parseListing(file, text), target);
  const profile = readProfile(file, text, target, include);
  return { file, program: compileProfile(profile, how), profile, architecture: profile.architectures[0]! };
}

/** Text in UTF-8. Throws a NetsimError `program-syntax`. */
export function decodeText(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail("program-syntax", `'${file}' is neither text in UTF-8 nor a filter.`, {
      place: { file },
      hint: "A filter is an array of struct sock_filter: 8 bytes an instruction.",
    });
  }
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
