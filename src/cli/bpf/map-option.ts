import { InvalidArgumentError } from "commander";
import type { MAP_TYPE } from "../../bpf/maps/map-type.ts";
import { nearestName } from "../../bpf/nearest-name.ts";
import type { MapAttributes } from "../../bpf/syscall.ts";

/** `--map NAME=TYPE,key=4,value=8,entries=256` */
export interface MapOption extends Omit<MapAttributes, "innerMap"> {
  readonly name: string;
  /** For maps of maps: name of the map that theirs are like. */
  readonly inner?: string;
}

/** Types whose values have no keys, and those that have no values of one size either. */
const KEYLESS: readonly string[] = ["queue", "stack", "bloom_filter", "ringbuf", "user_ringbuf", "arena"];
const VALUELESS: readonly string[] = ["ringbuf", "user_ringbuf", "arena"];

/** Map types that an option may name, with their numbers. */
type NamedTypes = Readonly<Partial<Record<keyof typeof MAP_TYPE, number>>>;

/**
 * Reads the option, also in the short form `NAME=TYPE:KEY:VALUE:ENTRIES`. Throws InvalidArgumentError.
 * @param types the types that the command knows.
 */
export function parseMapOption(text: string, types: NamedTypes): MapOption {
  const [, name, type, rest] = /^([^=,:\s]+)=([a-z_0-9]+)(.*)$/.exec(text) ?? [];
  if (name === undefined || type === undefined || rest === undefined)
    throw new InvalidArgumentError("A map is given as NAME=TYPE,key=4,value=8,entries=256, sizes in bytes.");
  const typeNumber = (types as Readonly<Record<string, number>>)[type];
  if (typeNumber === undefined || !Object.hasOwn(types, type)) {
    const near = nearestName(type, Object.keys(types));
    const hint = near === undefined ? `There are ${Object.keys(types).join(", ")}.` : `Did you mean '${near}'?`;
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
    type: typeNumber,
    keySize: number("key", KEYLESS.includes(type) ? 0 : undefined),
    valueSize: number("value", VALUELESS.includes(type) ? 0 : undefined),
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
