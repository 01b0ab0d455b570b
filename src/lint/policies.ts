import { dirname, join } from "node:path";
import { findArchitecture } from "../seccomp/architecture/architecture.ts";
import { decodeText, readPolicyBytes } from "../seccomp/policy.ts";
import { DEFAULT_CAPABILITIES } from "../seccomp/profile/profile.ts";
import { readTextFile } from "../topology/document.ts";
import type { Topology } from "../topology/model.ts";
import { SourceText } from "../topology/yaml/source-text.ts";
import type { PolicyUse } from "./rule.ts";

/** Bytes of the largest file that a profile may include. */
const LARGEST = 4 << 20;

/** The profiles that processes run under, each once for each architecture whose calls they make. Throws a NetsimError. */
export function policiesOf({ nodes, programs }: Topology): PolicyUse[] {
  const found = new Map<string, PolicyUse>();
  for (const node of nodes.values()) {
    if (node.kind !== "host") continue;
    for (const { architecture, filters } of node.processes.values())
      for (const { program, place } of filters) {
        const source = programs.get(program);
        const key = `${program} ${architecture}`;
        if (source?.bytes === undefined || found.has(key)) continue;
        const capabilities = source.options.capabilities as readonly string[] | undefined;
        const target = {
          architecture: findArchitecture(architecture)!,
          capabilities: capabilities === undefined ? DEFAULT_CAPABILITIES : new Set(capabilities),
        };
        const policy = readPolicyBytes(source.file, source.bytes, target, "linear", (path, from) => {
          const included = join(dirname(from.file), path);
          return new SourceText(included, decodeText(included, readTextFile(included, LARGEST)));
        });
        found.set(key, { program, policy: { ...policy, architecture: target.architecture }, place });
      }
  }
  return [...found.values()];
}
