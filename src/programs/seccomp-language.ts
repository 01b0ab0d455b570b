import { dirname, join } from "node:path";
import { architectureNamed } from "../seccomp/architecture/architecture.ts";
import { decodeText, readPolicyBytes } from "../seccomp/policy.ts";
import { DEFAULT_CAPABILITIES } from "../seccomp/profile/profile.ts";
import { readTextFile } from "../topology/document.ts";
import type { ProgramSource } from "../topology/model.ts";
import { SourceText } from "../topology/yaml/source-text.ts";
import type { LoadedProgram, ProgramLanguage } from "./language.ts";

/** Bytes of the largest file that a profile may include. */
const LARGEST = 4 << 20;

/** Profiles of sandboxes, which become filters of system calls: what processes run under. */
export const seccompLanguage: ProgramLanguage = {
  name: "seccomp",
  description: "A seccomp profile (OCI, libseccomp-style rules, minijail, kafel, systemd) or filter: a file's path.",
  schema: { type: "string", minLength: 1 },
  content: "file",
  options: {
    capabilities: {
      type: "array",
      items: { type: "string", pattern: "^CAP_[A-Z_]+$" },
      description: "Capabilities by which an OCI profile chooses its rules. Default: Docker's.",
    },
  },

  load({ name, file, bytes, options }: ProgramSource): LoadedProgram {
    const capabilities = options.capabilities as readonly string[] | undefined;
    const target = {
      architecture: architectureNamed("x86_64"),
      capabilities: capabilities === undefined ? DEFAULT_CAPABILITIES : new Set(capabilities),
    };
    const { program } = readPolicyBytes(file, bytes ?? new Uint8Array(), target, "tree", (path, from) => {
      const included = join(dirname(from.file), path);
      return new SourceText(included, decodeText(included, readTextFile(included, LARGEST)));
    });
    return { form: "classic", type: "seccomp", name, instructions: program };
  },
};
