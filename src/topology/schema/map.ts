import { MAP_TYPES, UPDATE_FLAG } from "../../bpf/maps/map-type.ts";
import type { JsonSchema } from "../../json-schema.ts";
import { NAMED_LAYOUTS } from "../map-value/layout.ts";
import { READ_RECORDS, RINGS } from "../record-maps.ts";
import { integer, mapping, oneOfKeys, ref, text } from "./shape.ts";

const layout = (what: string): JsonSchema => ({
  title: `layout of a ${what}`,
  type: ["integer", "string", "object"],
  minimum: 0,
  description: `The ${what}: its bytes, ${Object.keys(NAMED_LAYOUTS).join(", ")}, or fields by name with theirs, placed as in C.`,
  examples: ["u32", "ipv4", { port: "be16", hits: "u64" }],
});

/** A key or a value: a number, an address, bytes in hexadecimal or fields. */
export const entryPart = (what: string): JsonSchema => ({
  title: what,
  type: ["integer", "string", "object"],
  description: `The ${what}, as its layout says: a number, an address, fields by name, or { hex: ... }.`,
});

/** How records are read. */
const records: JsonSchema = {
  ...mapping("reader of records", {
    as: {
      title: "layout of a record",
      type: ["integer", "string", "object"],
      minimum: 0,
      description:
        "How a record is read: a layout as of values, or the name of a type of the object that uses the map. Default: in hexadecimal.",
      examples: ["event", { pid: "u32", comm: "char[16]" }],
    },
    every: ref("duration", "Time between two looks of the reader. Default: it reads whenever the kernel wakes it."),
    buffer: ref(
      "size",
      "Buffer of each processor, of perf event arrays: a power of two, at least 4096. Default 64KiB.",
    ),
  }),
  type: ["boolean", "object"],
  description:
    "Maps of records: how user space reads them, or, of user ring buffers, how those under `contents` are written. false: nobody reads.",
};

const entry = mapping("map entry", { key: entryPart("key"), value: entryPart("value") }, ["value"]);

/** An entry of `maps`. */
export const mapSchema = mapping(
  "map",
  {
    type: { enum: Object.keys(MAP_TYPES), description: "As bpftool names it." },
    key: layout("key"),
    value: layout("value"),
    entries: integer(
      1,
      0xffff_ffff,
      "How many entries fit; of ring buffers their bytes, a power of two, at least 4096.",
    ),
    flags: integer(0, 0xffff_ffff, "Flags of BPF_MAP_CREATE. Default 0."),
    records,
    inner: { ...text, description: "Maps of maps: name of a map that theirs are like." },
    contents: {
      title: "entries of a map",
      type: ["object", "array"],
      items: entry,
      description:
        "What it holds at the start: values by their keys, or a list of { key, value }. In arrays of programs and control groups (`node/path`) and maps of maps values are names, and devices may be (`node:interface`).",
      examples: [{ 0: 5 }, [{ key: { port: 80 }, value: 1 }]],
    },
  },
  ["type"],
  {
    if: { type: "object", required: ["type"], properties: { type: { enum: [...RINGS, ...READ_RECORDS] } } },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    then: { required: ["entries"] },
    else: { required: ["value", "entries"] },
  },
);

/** Schemas of what expectations and steps say of a map. */
export const mapName: JsonSchema = { ...text, description: "Name of a map under `maps`.", examples: ["counters"] };
export const expectedMap: JsonSchema = {
  ...mapName,
  description:
    "Name of a map under `maps` or of an object, or of one of a one-liner, as `@bytes`; its keys are as it prints them.",
};
export const mapEntry: JsonSchema = { ...entry, description: "A key and its value." };

/** What a map should hold under a key. */
export const mapCheckProperties = {
  key: entryPart("key"),
  value: {
    ...entryPart("value"),
    description: "What is to be there: a value, or of numbers also a comparison in quotes.",
    examples: [10, ">= 5"],
  },
  absent: { const: true, description: "Nothing is to be there." },
};
export const mapCheck = mapping("map check", mapCheckProperties, ["key"], oneOfKeys(["value", "absent"]));

export const recordIndex: JsonSchema = {
  ...integer(
    0,
    0xffff_ffff,
    "Number of a record, from 0, in the order in which they were read; `value` says what it should hold.",
  ),
  examples: [0],
};

/** Flags of an update, by their names in the topology. */
export const UPDATE_FLAGS: Readonly<Record<string, number>> = {
  any: UPDATE_FLAG.ANY,
  noexist: UPDATE_FLAG.NOEXIST,
  exist: UPDATE_FLAG.EXIST,
};
