import { NetsimError } from "../../errors.ts";
import type { DescriptionProblem, FieldValue, LayerDescription, PacketDescription } from "./description.ts";
import { suggestion } from "./did-you-mean.ts";
import { encodePacket } from "./encode.ts";
import type { LayerFormat } from "./layer-format.ts";
import { findLayer, LAYER_ALIASES, LAYER_ORDER, LAYERS } from "./layer-table.ts";
import { Reader } from "./reader.ts";

/**
 * Reads a packet's description as YAML gives it: a map of layers, whatever the order of its keys, or a list with one
 * layer an item, outermost first. Finds all problems at once; there is a description where there are none.
 */
export function parseDescription(value: Record<string, unknown> | readonly Record<string, unknown>[]): {
  description?: PacketDescription;
  problems: DescriptionProblem[];
} {
  const problems: DescriptionProblem[] = [];
  const reader = new Reader(problems);
  const layers = Array.isArray(value) ? readList(value, reader) : readMap(value as Record<string, unknown>, reader);
  if (problems.length === 0) checkWhole(layers, reader);
  return problems.length === 0 ? { description: { layers }, problems } : { problems };
}

function readList(items: readonly unknown[], reader: Reader): LayerDescription[] {
  const layers: LayerDescription[] = [];
  for (const [i, item] of items.entries()) {
    const here = reader.at(i);
    if (!isMap(item) || Object.keys(item).length !== 1) {
      here.problem("An item of a packet's list is a map with one layer.", "Write it as `- tcp: {dport: 80}`.");
      continue;
    }
    const [[name, value]] = Object.entries(item) as [[string, unknown]];
    const format = findFormat(name, here.at(name));
    if (format !== undefined) layers.push(...readLayers(format, value, here.at(name)));
  }
  const pad = layers.findIndex(({ kind }) => kind === "pad");
  if (pad >= 0 && pad < layers.length - 1) reader.problem("`pad` is the last layer of a packet.");
  return layers;
}

function readMap(map: Record<string, unknown>, reader: Reader): LayerDescription[] {
  const found = new Map<LayerFormat, LayerDescription[]>();
  const keys = new Map<LayerFormat, string>();
  for (const [name, value] of Object.entries(map)) {
    const here = reader.at(name);
    const format = findFormat(name, here);
    if (format === undefined) continue;
    if (keys.has(format)) here.problem(`\`${keys.get(format)}\` and \`${name}\` are the same layer.`, USE_A_LIST);
    keys.set(format, name);
    found.set(format, readLayers(format, value, here));
  }
  for (const group of LAYER_ORDER) {
    const names = group.filter((format) => found.has(format)).map((format) => keys.get(format)!);
    if (names.length > 1)
      reader
        .at(names[1]!)
        .problem(`It is open which of ${names.map((name) => `\`${name}\``).join(" and ")} is outside.`, USE_A_LIST);
  }
  return LAYER_ORDER.flat().flatMap((format) => found.get(format) ?? []);
}

const USE_A_LIST = "Write the packet as a list of layers, outermost first.";

function findFormat(name: string, reader: Reader): LayerFormat | undefined {
  const names = [...LAYERS.keys(), ...Object.keys(LAYER_ALIASES)];
  return findLayer(name) ?? reader.problem(`There is no packet layer \`${name}\`.`, suggestion(name, names));
}

/** The layer, or several where its format lets a list stand in its place. */
function readLayers(format: LayerFormat, value: unknown, reader: Reader): LayerDescription[] {
  if (!format.repeats || !Array.isArray(value)) return [readLayer(format, value, reader)];
  if (value.length === 0) reader.problem(`${reader.subject} is an empty list.`);
  return value.map((item, i) => readLayer(format, item, reader.at(i)));
}

function readLayer(format: LayerFormat, value: unknown, reader: Reader): LayerDescription {
  const { name: kind, shorthand } = format;
  if (value === null || value === undefined) return { kind, fields: {} };
  if (isMap(value)) return { kind, fields: readFields(format, value, reader) };
  if (shorthand === undefined) {
    reader.refuse(value, format.repeats ? "a map of fields or a list of such maps" : "a map of fields");
    return { kind, fields: {} };
  }
  const read = format.fields[shorthand]!.kind.read(value, reader, {});
  return { kind, fields: read === undefined ? {} : { [shorthand]: read } };
}

function readFields(format: LayerFormat, map: Record<string, unknown>, reader: Reader): Record<string, FieldValue> {
  const names = Object.keys(format.fields);
  for (const name of Object.keys(map))
    if (!names.includes(name))
      reader.at(name).problem(`The layer \`${format.name}\` has no field \`${name}\`.`, suggestion(name, names));
  const fields: Record<string, FieldValue> = {};
  // In the order of the table, so that a field is read after those that it depends on.
  for (const [name, { kind }] of Object.entries(format.fields)) {
    if (!Object.hasOwn(map, name)) continue;
    const read = kind.read(map[name], reader.at(name), fields);
    if (read !== undefined) fields[name] = read;
  }
  format.check?.(fields, reader);
  return fields;
}

/** What only shows with all layers together. */
function checkWhole(layers: readonly LayerDescription[], reader: Reader): void {
  const first = layers[0]?.kind;
  if (first === undefined || first === "payload" || first === "pad") {
    const what = first === undefined ? "The packet has no layer." : `No layer carries the packet's \`${first}\`.`;
    reader.problem(what, "Add one, for example `udp: {}`.");
    return;
  }
  try {
    encodePacket({ layers }, { ttl: 64 });
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    for (const { message, hint } of error.diagnostics) reader.problem(message, hint);
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
