import type { JsonSchema } from "../../json-schema.ts";

/*
 * Parts that the schema names more than once. Patterns are for editors: what the loader says about a quantity or an
 * address is more exact, and stands instead of a pattern's error.
 */

const NUMBER = "(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?";

function quantity(title: string, unit: string, description: string, examples: readonly unknown[]): JsonSchema {
  return {
    title,
    type: ["string", "number"],
    pattern: `^\\s*[+-]?${NUMBER}\\s*(${unit})?\\s*$`,
    description,
    examples,
  };
}

const duration = quantity(
  "duration",
  "[nNuUµμmM]?[sS]([eE][cC][sS]?)?|[mM][iI][nN][sS]?|[hH]|[dD]",
  "A time with its unit: ns, us, ms, s, min, h or d. 0 needs none.",
  ["50us", "1.5s", "2min"],
);
const rate = quantity(
  "rate",
  "([kKmMgGtT][iI]?)?([bB][iI][tT]|[bB][pP][sS])",
  "Bits a second, with tc's units: kbit, mbit, gbit, tbit. tc's kbps and mbps are bytes a second. 0: no limit.",
  ["1gbit", "10mbit", "8kbit"],
);
const size = quantity("size", "B|kB|MB|GB|KiB|MiB|GiB", "Bytes, bare or with kB, MB, GB, KiB, MiB or GiB.", [
  1500,
  "64kB",
  "1MiB",
]);
const fraction = quantity("fraction", "%", "A share of all packets: 0.1% or 0.001.", ["0.1%", 0.001]);
const eventRate = quantity("packet rate", "[kKmM]?\\s*/\\s*s|[kKmM]", "Packets a second.", ["1000/s", 1000]);

const time: JsonSchema = {
  title: "time",
  type: ["string", "number"],
  description: "A point of time in ISO 8601, or seconds since 1970.",
  examples: ["2024-05-01T12:00:00Z", 1714564800],
};

const count: JsonSchema = {
  title: "test of a count",
  type: ["string", "integer"],
  pattern: "^\\s*([<>=!]=?)?\\s*\\d+\\s*$|^\\s*\\d+\\s*\\.\\.\\s*\\d+\\s*$",
  description: 'A number, or a comparison in quotes: ">= 5", "< 3", "!= 0", "1..3".',
  examples: [10, ">= 5", "1..3"],
};

function phrase(title: string, pattern: string, description: string, examples: readonly string[]): JsonSchema {
  return { title, type: "string", pattern, description, examples };
}

const mac = phrase(
  "MAC address",
  "^[0-9A-Fa-f]{1,2}(([:-])[0-9A-Fa-f]{1,2}){5}$|^[0-9A-Fa-f]{4}(\\.[0-9A-Fa-f]{4}){2}$",
  "48 bits in hexadecimal, separated by : or -.",
  ["02:00:00:00:00:01"],
);
const address = phrase("IP address", "^[0-9A-Fa-f:.]+$", "An IPv4 or IPv6 address.", ["10.0.0.1", "fd00::1"]);
const prefixed = phrase(
  "IP address with its prefix length",
  "^[0-9A-Fa-f:.]+/\\d{1,3}$",
  "An IPv4 or IPv6 address with the prefix length of its network.",
  ["10.0.0.1/24", "fd00::1/64"],
);
const destination = phrase(
  "route destination",
  "^default$|^[0-9A-Fa-f:.]+(/\\d{1,3})?$",
  "`default`, a network with its prefix length, or a single address.",
  ["default", "10.1.0.0/16"],
);
const endpoint = phrase("interface of a node", "^[^:\\s]+:[^:\\s]+$", "`node:interface`.", ["client:eth0"]);
const nodeOrInterface = phrase(
  "node",
  "^[^:\\s]+(:[^:\\s]+)?$",
  "A node, or one of its interfaces as `node:interface`.",
  ["client", "client:eth0"],
);

const link: JsonSchema = {
  title: "link",
  description: "A link, named by one of its ends or by both: `client:eth0`, or a list of two.",
  type: ["string", "array"],
  items: { $ref: "#/$defs/endpoint" },
  minItems: 2,
  maxItems: 2,
  examples: ["client:eth0"],
};

/** Names of nodes, sockets and programs. They occur as `node:interface` and `node/socket`, hence no `:` and no `/`. */
export const NAME: JsonSchema = {
  type: "string",
  pattern: "^[A-Za-z0-9_][A-Za-z0-9_.\\-]*$",
  description: "letters, digits, '_', '-' and '.', and begins with a letter, a digit or '_'",
};

/** dev_valid_name of net/core/dev.c. */
export const INTERFACE_NAME = {
  type: "string",
  pattern: "^(?!\\.{1,2}$)[^\\s/:]{1,15}$",
  description: "1 to 15 characters without spaces, '/' and ':'",
} as const satisfies JsonSchema;

/** Under `$defs`. */
export const DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
  duration,
  rate,
  size,
  fraction,
  "packet-rate": eventRate,
  time,
  count,
  mac,
  address,
  prefixed,
  destination,
  endpoint,
  "node-or-interface": nodeOrInterface,
  link,
};
