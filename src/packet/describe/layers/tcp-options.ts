import { suggestion } from "../did-you-mean.ts";
import type { Reader } from "../reader.ts";
import { HEX, joined, unsigned, type ValueKind } from "../value-kind.ts";

const MAX_OPTIONS = 40;
const MOST_BLOCKS = 4;

/** An option with a value, made of the value. */
const VALUED: Readonly<Record<string, (value: unknown, reader: Reader) => Uint8Array | undefined>> = {
  mss: (value, reader) => sized(2, numbers(value, reader, 16)),
  wscale: (value, reader) => sized(3, numbers(value, reader, 8)),
  sack: (value, reader) => sized(5, blocks(value, reader)),
  timestamp: (value, reader) => sized(8, pair(value, reader, "a list of two numbers: own time and echoed time")),
  hex: (value, reader) => HEX.read(value, reader, {}) as Uint8Array | undefined,
};

/** Options without a value (RFC 9293, RFC 2018). */
const BARE: Readonly<Record<string, Uint8Array>> = {
  end: Uint8Array.of(0),
  nop: Uint8Array.of(1),
  "sack-permitted": Uint8Array.of(4, 2),
};

const NAMES = [...Object.keys(BARE), ...Object.keys(VALUED)];
const TAKES = "hexadecimal or a list such as [mss: 1460, nop, wscale: 7]";

const TIMES = { type: "integer", minimum: 0, maximum: 0xffff_ffff };
const PAIR = { type: "array", items: TIMES, minItems: 2, maxItems: 2 };
const VALUED_SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    mss: { type: "integer", minimum: 0, maximum: 0xffff, description: "Maximum segment size." },
    wscale: { type: "integer", minimum: 0, maximum: 0xff, description: "Window scale: the shift count (RFC 7323)." },
    "sack-permitted": { const: true, description: "Selective acknowledgements are permitted (RFC 2018)." },
    timestamp: { ...PAIR, description: "Own time and echoed time (RFC 7323)." },
    sack: {
      type: "array",
      items: PAIR,
      maxItems: MOST_BLOCKS,
      description: "Blocks that have arrived: first sequence number and the one behind the last (RFC 2018).",
    },
    hex: { ...HEX.schema, description: "Options in hexadecimal." },
  },
};

/** TCP options: a map, a list of maps and names in the order that is sent, or hexadecimal. */
export const TCP_OPTIONS: ValueKind = {
  schema: {
    anyOf: [
      VALUED_SCHEMA,
      { type: "array", items: { anyOf: [VALUED_SCHEMA, { enum: Object.keys(BARE) }] } },
      HEX.schema,
    ],
  },
  read(value, reader) {
    const options = readOptions(value, reader);
    if (options === undefined || options.length <= MAX_OPTIONS) return options;
    return reader.problem(`TCP options take at most ${MAX_OPTIONS} bytes, not ${options.length}.`);
  },
};

function readOptions(value: unknown, reader: Reader): Uint8Array | undefined {
  if (Array.isArray(value)) return joined(value.map((item, i) => readItem(item, reader.at(i))));
  if (typeof value === "object" && value !== null) return readMap(value, reader);
  if (typeof value !== "string") return reader.refuse(value, TAKES);
  return Object.hasOwn(BARE, value) ? BARE[value] : (HEX.read(value, reader, {}) as Uint8Array | undefined);
}

function readItem(item: unknown, reader: Reader): Uint8Array | undefined {
  if (typeof item === "object" && item !== null && !Array.isArray(item)) return readMap(item, reader);
  if (typeof item === "string" && Object.hasOwn(BARE, item)) return BARE[item];
  const hint = typeof item === "string" ? suggestion(item, NAMES) : undefined;
  return reader.refuse(item, `an option such as mss: 1460, or one of ${Object.keys(BARE).join(", ")}`, hint);
}

function readMap(map: object, reader: Reader): Uint8Array | undefined {
  return joined(
    Object.entries(map).map(([name, value]) => {
      const here = reader.at(name);
      if (Object.hasOwn(VALUED, name)) return VALUED[name]!(value, here);
      if (!Object.hasOwn(BARE, name))
        return here.problem(`TCP has no option \`${name}\` here.`, suggestion(name, NAMES));
      return value === true || value === null ? BARE[name] : here.refuse(value, "true");
    }),
  );
}

/** Kind, length, value. */
function sized(kind: number, value: Uint8Array | undefined): Uint8Array | undefined {
  return value && Uint8Array.of(kind, 2 + value.length, ...value);
}

function numbers(value: unknown, reader: Reader, width: 8 | 16 | 32): Uint8Array | undefined {
  const number = unsigned(width).read(value, reader, {}) as number | undefined;
  if (number === undefined) return undefined;
  return Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number).slice(4 - width / 8);
}

function pair(value: unknown, reader: Reader, takes: string): Uint8Array | undefined {
  if (!Array.isArray(value) || value.length !== 2) return reader.refuse(value, takes);
  return joined(value.map((item, i) => numbers(item, reader.at(i), 32)));
}

function blocks(value: unknown, reader: Reader): Uint8Array | undefined {
  if (!Array.isArray(value)) return reader.refuse(value, "a list of blocks, each [left edge, right edge]");
  return joined(value.map((block, i) => pair(block, reader.at(i), "a block: [left edge, right edge]")));
}
