import { dirname } from "node:path";
import type { Place } from "../errors.ts";
import type { TopologyDocument } from "./document.ts";

/** A module that a topology names under `plugins`. */
export interface PluginReference {
  /** A path, relative to `directory`, or the name of an installed package. */
  readonly specifier: string;
  /** The topology's own. */
  readonly directory: string;
  readonly place: Place;
}

/**
 * The modules that a topology names under `plugins`, which must be loaded before its schema is complete. Entries of a
 * wrong type are left out here; `loadTopology` tells them.
 */
export function pluginReferences({ root, source }: TopologyDocument): readonly PluginReference[] {
  const list = root.entries.get("plugins")?.value;
  if (list?.kind !== "list") return [];
  const directory = dirname(source.file);
  return list.items.flatMap((item) =>
    item.kind === "scalar" && typeof item.value === "string"
      ? [{ specifier: item.value, directory, place: source.place(item.span) }]
      : [],
  );
}
