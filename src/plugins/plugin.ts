import type { Hook } from "../hooks/hook.ts";
import type { QdiscKind } from "../network/qdisc/qdisc.ts";
import type { Engine } from "../programs/engine.ts";
import type { ProgramLanguage } from "../programs/language.ts";
import type { Reporter } from "../report/reporter.ts";

/** What a user's module adds to netsim. A topology names the module under `plugins:`. */
export interface Plugin {
  /** What messages call it. */
  readonly name: string;
  readonly hooks?: readonly Hook[];
  readonly languages?: readonly ProgramLanguage[];
  readonly engines?: readonly Engine[];
  readonly qdiscs?: readonly QdiscKind[];
  readonly reporters?: readonly Reporter[];
}

/** Gives a plugin its type: `export default definePlugin({ name: "mine", hooks: [...] })`. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
