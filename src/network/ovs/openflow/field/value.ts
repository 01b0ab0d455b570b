import { formatIpv6, formatMac, parseIpv4, parseIpv6, parseMac } from "../../../../packet/address.ts";
import type { FlowField } from "../../flow/field.ts";
import { allOnes } from "../../flow/field-value.ts";
import { formatPort, type PortNames, portHint, portNumber } from "../ports.ts";
import { hex, parseInteger } from "../text/number.ts";
import { FlowSyntaxError, type Piece, pieceOf } from "../text/syntax-error.ts";
import {
  CT_STATE_NAMES,
  type FlagNames,
  formatFlags,
  formatFlagsMasked,
  parseFlags,
  parseFlagsMasked,
  TCP_FLAG_NAMES,
  TUNNEL_FLAG_NAMES,
} from "./flags.ts";

/** A field's value, and which of its bits count. */
export interface FieldValue {
  readonly value: bigint;
  readonly mask: bigint;
}

/** Reads a field's value, with a mask after a slash where it has one. */
export function parseFieldValue(field: FlowField, piece: Piece, ports: PortNames): FieldValue {
  const parsed = FLAGS[field.form] ? parseFlagForm(field, piece, FLAGS[field.form]!) : parseOf(field, piece, ports);
  return { value: parsed.value & parsed.mask, mask: parsed.mask };
}

function parseOf(field: FlowField, piece: Piece, ports: PortNames): FieldValue {
  const exact = allOnes(field.bits);
  switch (field.form) {
    case "ethernet": {
      const [value, mask] = halves(piece);
      const bytes = parseMac(value.text);
      const maskBytes = mask && parseMac(mask.text);
      if (bytes === undefined || (mask && maskBytes === undefined))
        throw new FlowSyntaxError(
          `${piece.text}: invalid Ethernet address`,
          piece,
          "Six bytes are expected: 02:00:00:00:00:01.",
        );
      return { value: number(bytes), mask: maskBytes === undefined ? exact : number(maskBytes) };
    }
    case "ipv4":
      return parseAddress(piece, 32, parseIpv4, "IP");
    case "ipv6":
      return parseAddress(piece, 128, parseIpv6, "IPv6");
    case "port":
    case "port-oxm": {
      const port = portNumber(piece.text, ports);
      if (port === undefined)
        throw new FlowSyntaxError(`${piece.text}: invalid or unknown port for ${field.name}`, piece, portHint(ports));
      return { value: BigInt(port), mask: exact };
    }
    case "fragment":
      return parseFragment(piece);
    case "packet-type": {
      const match = /^\((\w+),(\w+)\)$/.exec(piece.text);
      if (!piece.text.startsWith("("))
        throw new FlowSyntaxError(
          `${piece.text}: bad syntax for packet type missing '('`,
          piece,
          "(NAMESPACE,TYPE) is expected.",
        );
      const [space, type] = [parseInteger(match?.[1] ?? ""), parseInteger(match?.[2] ?? "")];
      if (space === undefined || type === undefined || (space | type) > 0xffffn)
        throw new FlowSyntaxError(`${piece.text}: not in packet_type format`, piece, "(NAMESPACE,TYPE) is expected.");
      return { value: (space << 16n) | type, mask: exact };
    }
    default: {
      const [value, mask] = halves(piece);
      return {
        value: parseNumber(field, value, piece, "value"),
        mask: mask === undefined ? exact : parseNumber(field, mask, piece, "mask"),
      };
    }
  }
}

function parseNumber(field: FlowField, part: Piece, whole: Piece, what: "value" | "mask"): bigint {
  const value = parseInteger(part.text);
  const isNegative = /^-\d+$/.test(part.text);
  if (value === undefined && !isNegative)
    throw new FlowSyntaxError(`${whole.text}: bad syntax for ${field.name} ${what}`, part, "A number is expected.");
  const bytes = BYTES[field.name] ?? Math.ceil(field.bits / 8);
  if (value === undefined || value > allOnes(8 * bytes))
    throw new FlowSyntaxError(`${whole.text}: ${what} too large for ${bytes}-byte field ${field.name}`, part);
  // ovs-ofctl cuts these to the field's width without a word; nw_tos is written with the two bits of ECN below it.
  const width = field.name === "nw_tos" ? 8 : field.bits;
  if (value > allOnes(width))
    throw new FlowSyntaxError(`${whole.text}: ${what} too large for ${field.bits}-bit field ${field.name}`, part);
  return field.name === "nw_tos" ? value >> 2n : value;
}

/** Bytes on the wire of fields that have more of them than they need. */
const BYTES: Readonly<Record<string, number>> = {
  arp_op: 2,
  mpls_label: 4,
  nsh_spi: 4,
  ipv6_label: 4,
  tun_gbp_flags: 1,
};

function halves(piece: Piece): readonly [Piece, Piece?] {
  const slash = piece.text.indexOf("/");
  return slash < 0 ? [piece] : [pieceOf(piece, 0, slash), pieceOf(piece, slash + 1)];
}

function parseAddress(
  piece: Piece,
  bits: number,
  parse: (text: string) => Uint8Array | undefined,
  kind: string,
): FieldValue {
  const [address, mask] = halves(piece);
  const bytes = parse(address.text);
  if (bytes === undefined)
    throw new FlowSyntaxError(`${piece.text}: invalid ${kind} address`, address, `An ${kind} address is expected.`);
  if (mask === undefined) return { value: number(bytes), mask: allOnes(bits) };
  const length = /^\d+$/.test(mask.text) ? Number(mask.text) : undefined;
  if (length !== undefined && length <= bits)
    return { value: number(bytes), mask: allOnes(bits) ^ allOnes(bits - length) };
  const maskBytes = parse(mask.text);
  if (maskBytes === undefined && length === undefined)
    throw new FlowSyntaxError(`${piece.text}: invalid ${kind} address`, mask);
  if (maskBytes === undefined)
    throw new FlowSyntaxError(
      `${piece.text}: ${kind === "IP" ? "IPv4" : kind} network prefix bits not between 0 and ${bits}, inclusive`,
      mask,
    );
  return { value: number(bytes), mask: number(maskBytes) };
}

const FRAGMENTS: Readonly<Record<string, FieldValue>> = {
  no: { value: 0n, mask: 3n },
  yes: { value: 1n, mask: 1n },
  first: { value: 1n, mask: 3n },
  later: { value: 3n, mask: 3n },
  not_later: { value: 0n, mask: 2n },
};

function parseFragment(piece: Piece): FieldValue {
  const known = FRAGMENTS[piece.text.toLowerCase()];
  if (known !== undefined) return known;
  throw new FlowSyntaxError(
    `${piece.text}: unknown fragment type (valid types are "no", "yes", "first", "later", "not_later"`,
    piece,
  );
}

const FLAGS: Partial<Record<FlowField["form"], FlagNames>> = {
  "tcp-flags": TCP_FLAG_NAMES,
  "ct-state": CT_STATE_NAMES,
  "tunnel-flags": TUNNEL_FLAG_NAMES,
};

function parseFlagForm(field: FlowField, piece: Piece, names: FlagNames): FieldValue {
  const exact = allOnes(field.bits);
  const [value, mask] = halves(piece);
  const [number, maskNumber] = [parseInteger(value.text), mask && parseInteger(mask.text)];
  const kind = KINDS[field.form] ?? field.name;
  const all = names.reduce((bits, [, bit]) => bits | BigInt(bit), 0n);
  const wrong = (complaint: string) =>
    new FlowSyntaxError(complaint, piece, `Flags are ${names.map(([name]) => name).join(", ")}, each after + or -.`);
  if (number !== undefined && (mask === undefined || maskNumber !== undefined)) {
    const unknown = [number, maskNumber ?? 0n].find((bits) => (bits & ~all) !== 0n);
    if (unknown !== undefined) throw wrong(`${piece.text}: unknown ${kind} flag(s)`);
    return { value: number & exact, mask: maskNumber ?? all };
  }
  const parsed = /^[+-]/.test(piece.text) ? parseFlagsMasked(piece.text, names) : parseFlags(piece.text, names);
  if (!("value" in parsed))
    throw wrong(
      parsed.twice === undefined
        ? `${parsed.unknown}: unknown ${kind} flag(s)`
        : `${parsed.twice}: Each ${kind} flag can be specified only once`,
    );
  return { value: BigInt(parsed.value), mask: parsed.mask === undefined ? all : BigInt(parsed.mask) };
}

/** What ovs-ofctl calls flags that are wrong. */
const KINDS: Partial<Record<FlowField["form"], string>> = { "tcp-flags": "TCP", "tunnel-flags": "tunnel" };

/** Writes a field's value as ovs-ofctl does, with its mask where that is not of all bits. */
export function formatFieldValue(field: FlowField, { value, mask }: FieldValue): string {
  const exact = allOnes(field.bits);
  const isExact = mask === exact;
  if (mask === 0n) return "ANY";
  switch (field.form) {
    case "ethernet": {
      const mac = (number: bigint) => formatMac(bytesOf(number, 6));
      return isExact ? mac(value) : `${mac(value)}/${mac(mask)}`;
    }
    case "ipv4":
      return formatAddress(value, mask, 32, formatDotted);
    case "ipv6":
      return formatAddress(value, mask, 128, formatColons);
    case "port":
    case "port-oxm":
      return formatPort(Number(value & 0xffffn));
    case "tcp-flags":
    case "ct-state":
    case "tunnel-flags": {
      const names = FLAGS[field.form]!;
      return isExact || mask === names.reduce((bits, [, bit]) => bits | BigInt(bit), 0n)
        ? formatFlags(Number(value), names)
        : formatFlagsMasked(Number(value), Number(mask), names);
    }
    case "fragment":
      return (
        Object.entries(FRAGMENTS).find(([, known]) => known.value === value && known.mask === mask)?.[0] ?? hex(value)
      );
    case "packet-type":
      return `(${value >> 16n},${value >> 16n === 1n ? hex(value & 0xffffn) : value & 0xffffn})`;
    case "decimal": {
      const scale = field.name === "nw_tos" ? 2n : 0n;
      return isExact ? String(value << scale) : `${value << scale}/${hex(mask)}`;
    }
    default:
      return isExact ? hex(value) : `${hex(value)}/${hex(mask)}`;
  }
}

/** An address with its prefix length, or with a mask where that is no prefix. */
function formatAddress(value: bigint, mask: bigint, bits: number, format: (number: bigint) => string): string {
  const exact = allOnes(bits);
  if (mask === exact) return format(value);
  const below = mask ^ exact;
  const isPrefix = (below & (below + 1n)) === 0n;
  return `${format(value)}/${isPrefix ? bits - below.toString(2).length * Number(below !== 0n) : format(mask)}`;
}

/** As inet_ntop(3) has it: addresses that only have their last 32 bits are written with dots. */
function formatColons(number: bigint): string {
  const isLow = number > 0xffffn && number <= 0xffff_ffffn;
  return isLow ? `::${formatDotted(number)}` : formatIpv6(bytesOf(number, 16));
}

function formatDotted(number: bigint): string {
  return bytesOf(number, 4).join(".");
}

function number(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** The low bytes of a number, the highest first. */
export function bytesOf(number: bigint, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let i = count - 1; i >= 0; i--) {
    bytes[i] = Number(number & 0xffn);
    number >>= 8n;
  }
  return bytes;
}
