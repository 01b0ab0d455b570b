import { NetsimError } from "../../../src/errors.ts";
import { describeAction } from "../../../src/hooks/seccomp/action.ts";
import { decide } from "../../../src/hooks/seccomp/decide.ts";
import { InterpretedFilter } from "../../../src/hooks/seccomp/filter.ts";
import { architectureNamed } from "../../../src/seccomp/architecture/architecture.ts";
import { parseCall } from "../../../src/seccomp/calls/written-call.ts";
import { compileProfile } from "../../../src/seccomp/compile/compile.ts";
import { DEFAULT_CAPABILITIES, type Profile } from "../../../src/seccomp/profile/profile.ts";
import { readProfile } from "../../../src/seccomp/profile/read-profile.ts";
import { SourceText } from "../../../src/topology/yaml/source-text.ts";

/** Reads a policy. @param files what it may include, by name. */
export function profileOf(file: string, text: string, files: Readonly<Record<string, string>> = {}): Profile {
  const target = { architecture: architectureNamed("x86_64"), capabilities: DEFAULT_CAPABILITIES };
  return readProfile(file, text, target, (path) => {
    const name = path.replace(/^\.\//, "");
    const included = files[name];
    if (included === undefined)
      throw new NetsimError({
        code: "file-unreadable",
        severity: "error",
        message: `${name} cannot be read.`,
        place: { file: name },
      });
    return new SourceText(name, included);
  });
}

/** What a policy's filter answers to calls, each written `name(...)`, or `arch name(...)`. */
export function answersOf(profile: Profile, calls: readonly string[]): string[] {
  const filter = new InterpretedFilter(compileProfile(profile));
  return calls.map((text) => {
    const [, arch, call] = /^(?:(\w+) )?(\w+(?:\(.*\))?)$/.exec(text)!;
    return describeAction(decide(parseCall(call!, architectureNamed(arch ?? "x86_64")), [filter]).returnValue);
  });
}

/** Everything that is wrong with a policy: `line:column message`, or `file:line:column message` of another file. */
export function problemsOf(file: string, text: string, files: Readonly<Record<string, string>> = {}): string[] {
  try {
    profileOf(file, text, files);
    return [];
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    return error.diagnostics.map(({ message, place }) => {
      const where = `${place?.line}:${place?.column}`;
      return `${place?.file === file ? where : `${place?.file}:${where}`} ${message}`;
    });
  }
}
