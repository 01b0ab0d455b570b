import type { Primitive } from "./ast.ts";
import { takeNamed } from "./named-value.ts";
import { Refusal } from "./refusal.ts";
import type { Token } from "./token.ts";
import type { TokenStream } from "./token-stream.ts";

/** Bits of the first byte of an IEEE 802.11 header. */
const TYPE_MASK = 0x0c;
const SUBTYPE_MASK = 0xf0;

const MANAGEMENT = 0x00;
const CONTROL = 0x04;
const DATA = 0x08;

const TYPES = new Map([
  ["data", DATA],
  ["mgt", MANAGEMENT],
  ["management", MANAGEMENT],
  ["ctl", CONTROL],
  ["control", CONTROL],
]);

/** Names of subtypes by type, IEEE 802.11-2020 table 9-1. */
const SUBTYPES: ReadonlyMap<number, ReadonlyMap<string, number>> = new Map([
  [
    MANAGEMENT,
    new Map([
      ["assocreq", 0x00],
      ["assoc-req", 0x00],
      ["assocresp", 0x10],
      ["assoc-resp", 0x10],
      ["reassocreq", 0x20],
      ["reassoc-req", 0x20],
      ["reassocresp", 0x30],
      ["reassoc-resp", 0x30],
      ["probereq", 0x40],
      ["probe-req", 0x40],
      ["proberesp", 0x50],
      ["probe-resp", 0x50],
      ["beacon", 0x80],
      ["atim", 0x90],
      ["disassoc", 0xa0],
      ["disassociation", 0xa0],
      ["auth", 0xb0],
      ["authentication", 0xb0],
      ["deauth", 0xc0],
      ["deauthentication", 0xc0],
    ]),
  ],
  [
    CONTROL,
    new Map([
      ["bar", 0x80],
      ["ba", 0x90],
      ["ps-poll", 0xa0],
      ["rts", 0xb0],
      ["cts", 0xc0],
      ["ack", 0xd0],
      ["cf-end", 0xe0],
      ["cf-end-ack", 0xf0],
    ]),
  ],
  [
    DATA,
    new Map([
      ["data", 0x00],
      ["data-cf-ack", 0x10],
      ["data-cf-poll", 0x20],
      ["data-cf-ack-poll", 0x30],
      ["null", 0x40],
      ["cf-ack", 0x50],
      ["cf-poll", 0x60],
      ["cf-ack-poll", 0x70],
      ["qos-data", 0x80],
      ["qos-data-cf-ack", 0x90],
      ["qos-data-cf-poll", 0xa0],
      ["qos-data-cf-ack-poll", 0xb0],
      ["qos", 0xc0],
      ["qos-cf-poll", 0xe0],
      ["qos-cf-ack-poll", 0xf0],
    ]),
  ],
]);

/** All subtypes by name with their type; management's win over control's, and those over data's. */
const SUBTYPES_OF_ALL = new Map(
  [...SUBTYPES].reverse().flatMap(([type, names]) => [...names].map(([name, value]) => [name, type | value] as const)),
);

const DIRECTIONS = new Map([
  ["nods", 0],
  ["tods", 1],
  ["fromds", 2],
  ["dstods", 3],
]);

/** Reads `type mgt`, `type mgt subtype beacon`, `subtype beacon` or `dir tods`. `start`: where the test begins. */
export function parseWlan(tokens: TokenStream, start: Token): Primitive {
  const { text } = tokens.take();
  if (text === "dir") {
    const value = takeNumberIf(tokens) ?? takeNamed(tokens, "a direction of 802.11 frames", DIRECTIONS);
    return { kind: "wlan-direction", value, ...tokens.spanFrom(start) };
  }
  if (text === "subtype") {
    const value = takeNamed(tokens, "a subtype of 802.11 frames", SUBTYPES_OF_ALL);
    return { kind: "wlan-type", value, mask: TYPE_MASK | SUBTYPE_MASK, ...tokens.spanFrom(start) };
  }
  const type = takeMasked(tokens, TYPE_MASK) ?? takeNamed(tokens, "a type of 802.11 frames", TYPES);
  if (!tokens.takeIf("subtype")) return { kind: "wlan-type", value: type, mask: TYPE_MASK, ...tokens.spanFrom(start) };
  const subtypes = SUBTYPES.get(type) ?? new Map<string, number>();
  const subtype = takeMasked(tokens, SUBTYPE_MASK) ?? takeNamed(tokens, "a subtype of these 802.11 frames", subtypes);
  return {
    kind: "wlan-type",
    value: type | subtype,
    mask: TYPE_MASK | SUBTYPE_MASK,
    ...tokens.spanFrom(start),
  };
}

function takeNumberIf(tokens: TokenStream): number | undefined {
  return tokens.peek().kind === "number" ? tokens.take().value : undefined;
}

/** A number that has no bits outside the mask; undefined where no number stands. */
function takeMasked(tokens: TokenStream, mask: number): number | undefined {
  const token = tokens.peek();
  const value = takeNumberIf(tokens);
  if (value !== undefined && (value & ~mask) !== 0)
    throw new Refusal(token, `${token.text} has bits outside this field, whose mask is 0x${mask.toString(16)}.`);
  return value;
}
