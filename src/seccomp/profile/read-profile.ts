import { NetsimError } from "../../errors.ts";
import { parseYaml } from "../../topology/yaml/parse.ts";
import { SourceText } from "../../topology/yaml/source-text.ts";
import { DocumentReader } from "./document-reader.ts";
import type { ReadIncluded } from "./included-files.ts";
import { looksLikeKafel, readKafel } from "./kafel.ts";
import { looksLikeMinijail, readMinijail } from "./minijail.ts";
import { readOciProfile } from "./oci.ts";
import { Problems } from "./problems.ts";
import type { Profile, ProfileTarget } from "./profile.ts";
import { readRules } from "./rules-yaml.ts";
import { readSystemd } from "./systemd.ts";

export type ProfileLanguage = "oci" | "rules" | "minijail" | "systemd" | "kafel";

/**
 * Reads a profile in any of the languages; which one it is its file's ending tells, or its text. Throws a NetsimError with all that is
 * wrong with it: a profile with an unknown word makes no filter.
 * @param include reads files that a minijail or kafel policy includes.
 */
export function readProfile(file: string, text: string, target: ProfileTarget, include: ReadIncluded): Profile {
  const source = new SourceText(file, text);
  const problems = new Problems();
  const profile = read(languageOf(file, text), source, problems, target, include);
  problems.throwIfAny();
  return profile;
}

/** The language that a profile is written in. */
export function languageOf(file: string, text: string): ProfileLanguage {
  const ending = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase();
  if (ending === "json" || /^\s*\{\s*["}]/.test(text)) return "oci";
  if (ending === "kafel" || looksLikeKafel(text)) return "kafel";
  if (/^[ \t]*SystemCall(Filter|Log|ErrorNumber|Architectures)[ \t]*=/m.test(text)) return "systemd";
  if (ending === "service" || ending === "conf") return "systemd";
  if (ending === "yaml" || ending === "yml") return "rules";
  if (ending === "policy" || (looksLikeMinijail(text) && !/^(default|rules)\s*:/m.test(text))) return "minijail";
  return "rules";
}

function read(
  language: ProfileLanguage,
  source: SourceText,
  problems: Problems,
  target: ProfileTarget,
  include: ReadIncluded,
): Profile {
  switch (language) {
    case "minijail":
      return readMinijail(source, problems, target, include);
    case "kafel":
      return readKafel(source, problems, target, include);
    case "systemd":
      return readSystemd(source, problems, target);
    default: {
      const root = parseYaml(source, problems.errors);
      problems.throwIfAny();
      if (root === undefined)
        throw new NetsimError({
          code: "schema-type",
          severity: "error",
          message: "The profile is empty.",
          place: { file: source.file },
        });
      const reader = new DocumentReader(source, problems);
      return language === "oci" ? readOciProfile(root, reader, target) : readRules(root, reader, target);
    }
  }
}
