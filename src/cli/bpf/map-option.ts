import { InvalidArgumentError } from "commander";
import { MAP_TYPES, type MapTypeName } from "../../bpf/maps/map-type.ts";
import { nearestName } from "../../bpf/nearest-name.ts";
import type { MapAttributes } from "../../bpf/syscall.ts";

/** `--map NAME=TYPE,key=4,value=8,entries=256` */
export interface MapOption extends Omit<MapAttributes, "innerMap"> {
  readonly name: string;
  /** For maps of maps: name of the map that theirs are like. */
  readonly inner?: string;
}

/** Types whose values have no keys. */
const KEYLESS: readonly string[] = ["queue", "stack"];

/** Reads the option, also in the short form `NAME=TYPE:KEY:VALUE:ENTRIES`. Throws InvalidArgumentError. */
export function parseMapOption(text: string): MapOption {
  const [, name, type, rest] = /^([^=,:\s]+)=([a-z_]+)(.*)$/.exec(text) ?? [];
  if (name === undefined || type === undefined || rest === undefined)
    throw new InvalidArgumentError("A map is given as NAME=TYPE,key=4,value=8,entries=256, sizes in bytes.");
  if (!(type in MAP_TYPES)) {
    const near = nearestName(type, Object.keys(MAP_TYPES));
    const hint = near === undefined ? `There are ${Object.keys(MAP_TYPES).join(", ")}.` : `Did you mean '${near}'?`;
    throw new InvalidArgumentError(`There is no map type '${type}'. ${hint}`);
  }
  const fields = readFields(rest.startsWith(":") ? longForm(rest) : rest);
  const number = (field: string, otherwise?: number): number => {
    const value = fields.get(field) ?? otherwise?.toString();
    if (value === undefined) throw new InvalidArgumentError(`Map '${name}' needs ${field}=NUMBER.`);
    if (!/^(\d+|0x[\da-f]+)$/i.test(value) || Number(value) > 0xffff_ffff)
      throw new InvalidArgumentError(`In map '${name}', ${field} is a whole number of 32 bits, not '${value}'.`);
    return Number(value);
  };
  const inner = fields.get("inner");
  return {
    name,
    type: MAP_TYPES[type as MapTypeName],
    keySize: number("key", KEYLESS.includes(type) ? 0 : undefined),
    valueSize: number("value"),
    maxEntries: number("entries"),
    flags: number("flags", 0),
    ...(inner === undefined ? {} : { inner }),
  };
}

function longForm(text: string): string {
  const match = /^:(\d+):(\d+):(\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError("The short form of a map is NAME=TYPE:KEY:VALUE:ENTRIES.");
  const [, key, value, entries] = match;
  return `,key=${key},value=${value},entries=${entries}`;
}

const FIELDS = ["key", "value", "entries", "flags", "inner"];

function readFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split(",").slice(1)) {
    const [, field, value] = /^([a-z]+)=(.+)$/.exec(part) ?? [];
    if (field === undefined || value === undefined || !FIELDS.includes(field))
      throw new InvalidArgumentError(`'${part}' is none of ${FIELDS.map((name) => `${name}=`).join(", ")}.`);
    if (fields.has(field)) throw new InvalidArgumentError(`${field}= stands there twice.`);
    fields.set(field, value);
  }
  return fields;
}
