import { type DumpForm, dumpAsText, writeMap } from "../../bpf/codec/dump-map.ts";
import { JsonWriter } from "../../bpf/codec/json-writer.ts";
import { mapTypeName } from "../../bpf/maps/map-type.ts";
import { nearestName } from "../../bpf/nearest-name.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { histogramText } from "../../report/histogram-text.ts";
import type { Terminal } from "../command.ts";
import { orRefusal } from "./engine.ts";
import { histogramOf } from "./histogram-of.ts";
import type { MapsFlags } from "./maps.ts";
import { readInput, readProgram } from "./program-file.ts";
import type { ContentOfMap } from "./shown-maps.ts";
import { testPackets } from "./test-packets.ts";
import { loadTestProgram } from "./test-program-file.ts";

/** A map with what it holds. */
type NamedContent = Pick<ContentOfMap, "name" | "type" | "content">;

const TOPOLOGY = /\.ya?ml$/i;
const ONLY_OF_PROGRAMS = ["type", "packet", "map", "repeat", "program", "section", "btf", "kconfig"] as const;

/** Runs a program on packets, or a topology, and dumps the maps. */
export async function dumpMaps(file: string, flags: MapsFlags, terminal: Terminal): Promise<ExitCode> {
  if (file === "-" && flags.packet === "-") fail("usage", "The program and the packets cannot both be standard input.");
  if (flags.json && flags.pretty) fail("usage", "--json and --pretty are two forms of one output: give one.");
  if (flags.histogram && (flags.json || flags.pretty)) fail("usage", "--histogram is a drawing, which is no JSON.");
  if (flags.histogram && flags.name === undefined) fail("usage", "--histogram draws one map: give --name.");
  const isTopology = TOPOLOGY.test(file);
  if (flags.at !== undefined && !isTopology) fail("usage", "--at is a time of a topology's run; a program has none.");
  const all = isTopology ? await ofTopology(file, flags) : ofProgram(file, flags, terminal);
  if (flags.histogram) {
    terminal.out(`${histogramText(histogramOf(find(all, flags.name!))).join("\n")}\n`);
    return EXIT.ok;
  }
  const form: DumpForm = flags.json ? "json" : flags.pretty ? "pretty" : "text";
  terminal.out(flags.name === undefined ? everything(all, form) : one(all, flags.name, form));
  return EXIT.ok;
}

/** The maps of a topology's run at its end, or at a time. */
async function ofTopology(file: string, flags: MapsFlags): Promise<readonly NamedContent[]> {
  const given = ONLY_OF_PROGRAMS.filter((option) => isGiven(flags, option));
  if (given.length > 0)
    fail("usage", `A topology says itself what its programs are run on: ${given.map((it) => `--${it}`).join(", ")}.`);
  // What runs topologies is not needed for a program.
  const [{ openTopology }, { TOKENS }] = await Promise.all([
    import("../../open-topology.ts"),
    import("../../tokens.ts"),
  ]);
  const { topology, container } = await openTopology(file);
  let all: readonly NamedContent[] = [];
  await container.get(TOKENS.TopologyRunner).run(topology, {
    ...(flags.at === undefined ? {} : { until: flags.at }),
    engine: flags.engine,
    // What the maps hold is read here: they are gone with the run.
    lookAtMaps: (maps) => {
      all = [...maps.dumps()].map((map) => ({
        ...map,
        content: { ...map.content, elements: [...map.content.elements] },
      }));
    },
  });
  return all;
}

function isGiven(flags: MapsFlags, option: (typeof ONLY_OF_PROGRAMS)[number]): boolean {
  if (option === "map") return flags.map.length > 0;
  return option === "repeat" ? flags.repeat !== 1 : flags[option] !== undefined;
}

function ofProgram(file: string, flags: MapsFlags, terminal: Terminal): readonly NamedContent[] {
  const input = readInput(file, terminal);
  const { program, maps } = loadTestProgram(input.name, readProgram(input, flags), flags, terminal);
  const packets = testPackets(flags.packet);
  for (const packet of "one" in packets ? [packets.one] : packets.capture) {
    program.give(packet);
    orRefusal(input.name, () => {
      for (let i = 0; i < flags.repeat; i++) program.run();
    });
  }
  return maps.contents();
}

function one(all: readonly NamedContent[], name: string, form: DumpForm): string {
  const found = find(all, name);
  if (form === "text") return dumpAsText(found.content);
  const writer = new JsonWriter(form === "pretty");
  writeMap(found.content, writer);
  return writer.text;
}

function find(all: readonly NamedContent[], name: string): NamedContent {
  const found = all.find((map) => map.name === name);
  if (found === undefined) {
    const names = all.map((map) => map.name);
    const near = nearestName(name, names);
    const hint = near === undefined ? `There are ${names.join(", ") || "none"}.` : `Did you mean '${near}'?`;
    fail("usage", `There is no map '${name}'.`, { hint });
  }
  return found;
}

function everything(all: readonly NamedContent[], form: DumpForm): string {
  if (form === "text" && all.length === 0) return "There are no maps.\n";
  if (form === "text")
    return all
      .map(({ name, type, content }) => `${name}: ${mapTypeName(type) ?? `type ${type}`}\n${dumpAsText(content)}`)
      .join("\n");
  const writer = new JsonWriter(form === "pretty");
  writer.begin("{");
  for (const { name, content } of all) {
    writer.name(name);
    writeMap(content, writer);
  }
  writer.end("}");
  return writer.text;
}
