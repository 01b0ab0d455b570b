import { type DumpForm, dumpAsText, writeMap } from "../../bpf/codec/dump-map.ts";
import { JsonWriter } from "../../bpf/codec/json-writer.ts";
import { mapTypeName } from "../../bpf/maps/map-type.ts";
import { nearestName } from "../../bpf/nearest-name.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import type { Terminal } from "../command.ts";
import { orRefusal } from "./engine.ts";
import type { MapsFlags } from "./maps.ts";
import { readInput, readProgram } from "./program-file.ts";
import type { ContentOfMap } from "./shown-maps.ts";
import { testPackets } from "./test-packets.ts";
import { loadTestProgram } from "./test-program-file.ts";

/** Runs a program on packets and dumps its maps. */
export async function dumpMaps(file: string, flags: MapsFlags, terminal: Terminal): Promise<ExitCode> {
  if (file === "-" && flags.packet === "-") fail("usage", "The program and the packets cannot both be standard input.");
  if (flags.json && flags.pretty) fail("usage", "--json and --pretty are two forms of one output: give one.");
  const input = readInput(file, terminal);
  const { program, maps } = loadTestProgram(input.name, readProgram(input, flags), flags, terminal);
  const packets = testPackets(flags.packet);
  for (const packet of "one" in packets ? [packets.one] : packets.capture) {
    program.give(packet);
    orRefusal(input.name, () => {
      for (let i = 0; i < flags.repeat; i++) program.run();
    });
  }
  const all = maps.contents();
  const form: DumpForm = flags.json ? "json" : flags.pretty ? "pretty" : "text";
  terminal.out(flags.name === undefined ? everything(all, form) : one(all, flags.name, form));
  return EXIT.ok;
}

function one(all: readonly ContentOfMap[], name: string, form: DumpForm): string {
  const found = all.find((map) => map.name === name);
  if (found === undefined) {
    const names = all.map((map) => map.name);
    const near = nearestName(name, names);
    const hint = near === undefined ? `There are ${names.join(", ") || "none"}.` : `Did you mean '${near}'?`;
    fail("usage", `The program has no map '${name}'.`, { hint });
  }
  if (form === "text") return dumpAsText(found.content);
  const writer = new JsonWriter(form === "pretty");
  writeMap(found.content, writer);
  return writer.text;
}

function everything(all: readonly ContentOfMap[], form: DumpForm): string {
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
