import { tmpdir } from "node:os";
import { join } from "node:path";
import { NetsimError } from "../../src/errors.ts";
import { builtInHooks } from "../../src/hooks/built-in.ts";
import type { Hook } from "../../src/hooks/hook.ts";
import { builtInQdiscs } from "../../src/network/qdisc/built-in.ts";
import { parseDocument } from "../../src/topology/document.ts";
import { loadTopology } from "../../src/topology/load.ts";
import type { Topology } from "../../src/topology/model.ts";
import type { TopologyParts } from "../../src/topology/parts.ts";

/** What netsim has without plugins. */
export const PARTS: TopologyParts = {
  hooks: builtInHooks,
  qdiscs: builtInQdiscs,
  languages: [{ key: "classic", schema: { type: "string", minLength: 1 }, description: "Classic BPF." }],
};

/** Parts with further hooks. */
export function partsWith(...hooks: Hook[]): TopologyParts {
  return { ...PARTS, hooks: [...builtInHooks, ...hooks] };
}

/** A file beside which nothing lies. */
const FILE = join(tmpdir(), "netsim-no-such-directory", "topology.yaml");

/** The model of a topology that has no problems. */
export function load(yaml: string, parts = PARTS, file = FILE): Topology {
  return loadTopology(parseDocument(yaml, file), parts);
}

/** Everything wrong with a topology, as `line:column code message`. */
export function problemsIn(yaml: string, parts = PARTS, file = FILE): string[] {
  return diagnosticsOf(() => load(yaml, parts, file)).map(
    ({ place, code, message }) => `${place?.line}:${place?.column} ${code} ${message}`,
  );
}

/** The hints that go with the problems. */
export function hintsIn(yaml: string, parts = PARTS): (string | undefined)[] {
  return diagnosticsOf(() => load(yaml, parts)).map(({ hint }) => hint);
}

/** The diagnostics that a function throws; none where it returns. */
export function diagnosticsOf(act: () => unknown): NetsimError["diagnostics"] {
  try {
    act();
    return [];
  } catch (error) {
    if (error instanceof NetsimError) return error.diagnostics;
    throw error;
  }
}
