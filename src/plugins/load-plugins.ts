import { createRequire } from "node:module";
import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Diagnostic, NetsimError, type Place } from "../errors.ts";
import { BLANK_VERDICTS } from "../hooks/places.ts";
import { guarded } from "./guard.ts";
import type { Plugin } from "./plugin.ts";

/** The lists that a plugin may have, and the members without which one of their things is unusable. */
const LISTS = {
  hooks: ["name", "place", "key", "programTypes", "outcomes", "interpret"],
  languages: ["name", "schema", "load"],
  engines: ["name", "prepare", "load"],
  qdiscs: ["name", "options", "parse", "create"],
  reporters: ["name", "render"],
} as const;

/** Functions of those things, required or not. */
const FUNCTIONS = {
  hooks: ["context", "interpret"],
  languages: ["load"],
  engines: ["prepare", "load"],
  qdiscs: ["parse", "create"],
  reporters: ["render"],
} as const satisfies Record<keyof typeof LISTS, readonly string[]>;

const PLACES: readonly string[] = Object.keys(BLANK_VERDICTS);

/** A module that a topology names under `plugins:`. */
export interface PluginReference {
  /** A path, relative to `directory`, or the name of an installed package. */
  readonly specifier: string;
  readonly directory: string;
  readonly place: Place;
}

/** Imports the modules and checks their shape. Rejects with one NetsimError that has the problems of all of them. */
export async function loadPlugins(references: readonly PluginReference[]): Promise<Plugin[]> {
  const problems: Diagnostic[] = [];
  const plugins: Plugin[] = [];
  for (const reference of references) {
    const report = (message: string, hint?: string) => {
      problems.push({
        code: "plugin-unloadable",
        severity: "error",
        message: `The plugin '${reference.specifier}' cannot be used: ${message}`,
        place: reference.place,
        ...(hint === undefined ? {} : { hint }),
      });
    };
    try {
      const module = (await import(locate(reference))) as { default?: unknown };
      const faults = faultsOf(module.default);
      for (const fault of faults)
        report(fault, "Export it with `export default definePlugin({ name, hooks: [...] })`.");
      if (faults.length === 0) plugins.push(guardedPlugin(module.default as Plugin, reference));
    } catch (error) {
      report(`${(error as Error).message.split("\n")[0]}.`, hintFor(reference.specifier));
    }
  }
  if (problems.length > 0) throw new NetsimError(problems);
  return plugins;
}

/** The plugin with its mistakes told as its own. */
function guardedPlugin(plugin: Plugin, { place }: PluginReference): Plugin {
  const guard = <T extends { readonly name: string }>(things: readonly T[] | undefined, list: keyof typeof LISTS) =>
    (things ?? []).map((thing) => guarded(thing, FUNCTIONS[list], plugin.name, place));
  return {
    name: plugin.name,
    hooks: guard(plugin.hooks, "hooks"),
    languages: guard(plugin.languages, "languages"),
    engines: guard(plugin.engines, "engines"),
    qdiscs: guard(plugin.qdiscs, "qdiscs"),
    reporters: guard(plugin.reporters, "reporters"),
  };
}

function locate({ specifier, directory }: PluginReference): string {
  if (specifier.startsWith(".") || isAbsolute(specifier)) return pathToFileURL(resolve(directory, specifier)).href;
  return pathToFileURL(createRequire(resolve(directory, "topology.yaml")).resolve(specifier)).href;
}

function hintFor(specifier: string): string | undefined {
  if (/\.[cm]?tsx?$/.test(specifier))
    return "Compile it to JavaScript first, or run netsim under a loader such as tsx.";
  if (specifier.startsWith(".") || isAbsolute(specifier)) return "Its path is relative to the topology file.";
  return "A path begins with ./ or ../; anything else is the name of an installed package.";
}

/** What is wrong with a module's default export. */
function faultsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return ["its default export is not a plugin."];
  const faults: string[] = [];
  if (typeof (value as Plugin).name !== "string") faults.push("it has no name.");
  for (const [list, members] of Object.entries(LISTS)) {
    const things = (value as Record<string, unknown>)[list];
    if (things === undefined) continue;
    if (!Array.isArray(things)) {
      faults.push(`its '${list}' is not a list.`);
      continue;
    }
    things.forEach((thing: Record<string, unknown> | null, i) => {
      const missing = members.filter((member) => thing?.[member] === undefined);
      if (missing.length > 0) faults.push(`${list}[${i}] lacks ${missing.join(", ")}.`);
      else if (list === "hooks" && !PLACES.includes(thing!.place as string))
        faults.push(`${list}[${i}] is for the place '${thing!.place}'; there are ${PLACES.join(", ")}.`);
    });
  }
  return faults;
}
