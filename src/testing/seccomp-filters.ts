import { dirname, join } from "node:path";
import { fail, type Place } from "../errors.ts";
import { InterpretedFilter } from "../hooks/seccomp/filter.ts";
import { checkSeccompFilter } from "../hooks/seccomp/rules.ts";
import { compileProfile } from "../seccomp/compile/compile.ts";
import { decodeFilter, looksLikeFilter } from "../seccomp/filter/raw-filter.ts";
import type { ProfileTarget } from "../seccomp/profile/profile.ts";
import { readProfile } from "../seccomp/profile/read-profile.ts";
import { readTextFile } from "../topology/document.ts";
import { SourceText } from "../topology/yaml/source-text.ts";
import type { SeccompTest } from "./model.ts";

/** Bytes of the largest profile that is read. */
const LARGEST = 16 << 20;

/** Reads a profile in any of its languages, or a filter as an array of struct sock_filter. Throws a NetsimError. */
export function readFilter(file: string, target: ProfileTarget, place: Place): SeccompTest["filters"][number] {
  const bytes = readTextFile(file, LARGEST, place);
  if (looksLikeFilter(bytes)) {
    const program = decodeFilter(bytes);
    const [problem] = checkSeccompFilter(program);
    if (problem !== undefined) fail("program-rejected", problem.message, { place: { file } });
    return { file, filter: new InterpretedFilter(program) };
  }
  const profile = readProfile(file, textOf(bytes, file), target, (path, from) => {
    const included = join(dirname(from.file), path);
    return new SourceText(included, textOf(readTextFile(included, LARGEST, place), included));
  });
  return { file, filter: new InterpretedFilter(compileProfile(profile)) };
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail("program-syntax", `'${file}' is neither text in UTF-8 nor a filter.`, { place: { file } });
  }
}
