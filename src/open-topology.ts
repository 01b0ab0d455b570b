import type { Container } from "inversify";
import { createContainer } from "./container.ts";
import { loadPlugins } from "./plugins/load-plugins.ts";
import type { Plugin } from "./plugins/plugin.ts";
import { TOKENS } from "./tokens.ts";
import { readDocument } from "./topology/document.ts";
import { loadTopology } from "./topology/load.ts";
import type { Topology } from "./topology/model.ts";
import type { TopologyParts } from "./topology/parts.ts";
import { pluginReferences } from "./topology/plugin-references.ts";

/** A topology that passed its checks, and the container with its plugins in which it can run. */
export interface OpenTopology {
  readonly topology: Topology;
  readonly container: Container;
}

/**
 * Reads a topology file, loads the plugins that it names and checks it against the schema that these complete.
 * Rejects with a NetsimError that has every problem found.
 * @param more plugins beside those.
 */
export async function openTopology(file: string, more: readonly Plugin[] = []): Promise<OpenTopology> {
  const document = readDocument(file);
  const container = createContainer([...(await loadPlugins(pluginReferences(document))), ...more]);
  return { topology: loadTopology(document, schemaParts(container)), container };
}

/** What the format of topology files is made of: with the plugins of one topology, or of netsim alone. */
export async function partsFor(file: string | undefined): Promise<TopologyParts> {
  const plugins = file === undefined ? [] : await loadPlugins(pluginReferences(readDocument(file)));
  return schemaParts(createContainer(plugins));
}

/** What a container's plugins bring to the format of topology files. */
export function schemaParts(container: Container): TopologyParts {
  const languages = [...container.get(TOKENS.LanguageRegistry)];
  return {
    hooks: container.get(TOKENS.HookRegistry),
    qdiscs: container.get(TOKENS.QdiscRegistry),
    languages: languages.map(({ name, schema, description, content = "text-or-file", options = {} }) => ({
      key: name,
      schema,
      description,
      content,
      options,
    })),
  };
}

/** The container with a user's own modules, named as in a topology of the directory that the command runs in. */
export async function containerWith(plugins: readonly string[]): Promise<ReturnType<typeof createContainer>> {
  const references = plugins.map((specifier) => ({ specifier, directory: ".", place: { file: specifier } }));
  return createContainer(await loadPlugins(references));
}
