import { checksumOf, sum16 } from "../../checksum.ts";
import { ICMP6_CODES, ICMP6_TYPES } from "../../message-type.ts";
import { IP_PROTOCOLS } from "../../protocol-number.ts";
import type { FieldValue } from "../description.ts";
import { field, flag, ipv6Address, mac, uint } from "../fields.ts";
import type { LayerFormat, Surroundings } from "../layer-format.ts";
import { joined } from "../value-kind.ts";
import { codeOf } from "./icmp-code.ts";
import { icmp6Type, MLD_TYPES } from "./icmp6-group.ts";

const T = ICMP6_TYPES;

/** ICMPv6 (RFC 4443) with neighbour discovery (RFC 4861) and MLD (RFC 2710). */
export const ICMP6: LayerFormat = {
  name: "icmp6",
  description:
    "ICMPv6 (RFC 4443), neighbour discovery (RFC 4861) and MLD (RFC 2710). What an error message quotes are the layers behind it.",
  size: 8,
  carrier: "ipv6",
  fields: {
    type: uint(0, 8, "Type.", { default: T["echo-request"], names: T }),
    code: field(codeOf(ICMP6_CODES, T["echo-request"]), 8, 8, "Code, by number or as the type names it.", 0),
    checksum: uint(16, 16, "Checksum. Default: computed."),
    rest: uint(32, 32, "Bytes 4 to 7 as one number, for the types whose fields are not here.", { default: 0 }),
    id: uint(32, 16, "Identifier of an echo."),
    seq: uint(48, 16, "Sequence number of an echo."),
    mtu: uint(32, 32, "MTU that a packet was too big for."),
    pointer: uint(32, 32, "Offset of a parameter problem."),
    "max-delay": uint(32, 16, "MLD: greatest delay of a response, in milliseconds."),
    "hop-limit": uint(32, 8, "Router advertisement: hop limit for hosts to use."),
    managed: flag(40, "Router advertisement: addresses come from DHCPv6."),
    other: flag(41, "Router advertisement: other configuration comes from DHCPv6."),
    lifetime: uint(48, 16, "Router advertisement: lifetime as a default router, in seconds."),
    reachable: uint(undefined, 32, "Router advertisement: reachable time in milliseconds.", { default: 0 }),
    retransmit: uint(undefined, 32, "Router advertisement: retransmission timer in milliseconds.", { default: 0 }),
    router: flag(32, "Neighbour advertisement: the sender is a router."),
    solicited: flag(33, "Neighbour advertisement: it answers a solicitation. Default: set.", advertised),
    override: flag(34, "Neighbour advertisement: replaces what was known. Default: set.", advertised),
    target: ipv6Address(
      undefined,
      "Neighbour discovery: target. Default: of a solicitation the receiver's address, else the sender's.",
      ({ fields, defaults }) =>
        icmp6Type(fields) === T["neighbour-solicitation"] ? defaults.destination6 : defaults.source6,
    ),
    destination: ipv6Address(
      undefined,
      "Redirect: the destination that is redirected. Default: the receiver's address.",
      ({ defaults }) => defaults.destination6,
    ),
    group: ipv6Address(undefined, "MLD: multicast address. Default: `::`.", new Uint8Array(16)),
    "source-link-address": mac(
      undefined,
      "Neighbour discovery: option with the sender's MAC address. Default: the sender's in a solicitation of a neighbour or router.",
      ({ fields, defaults }) =>
        icmp6Type(fields) === T["neighbour-solicitation"] || icmp6Type(fields) === T["router-solicitation"]
          ? defaults.sourceMac
          : undefined,
    ),
    "target-link-address": mac(
      undefined,
      "Neighbour discovery: option with the target's MAC address. Default: the sender's in an advertisement of a neighbour.",
      ({ fields, defaults }) => (icmp6Type(fields) === T["neighbour-advertisement"] ? defaults.sourceMac : undefined),
    ),
  },
  tail(fields) {
    const body = bodyFields(fields.type as number).map((name) => wire(fields[name]));
    return joined([
      ...body,
      linkAddressOption(1, fields["source-link-address"]),
      linkAddressOption(2, fields["target-link-address"]),
    ])!;
  },
  finish({ bytes, start, end, addressSum, compute }) {
    const length = end - start;
    compute("checksum", checksumOf(sum16(bytes, start, length, addressSum + IP_PROTOCOLS.icmp6 + length)));
  },
};

function advertised({ fields }: Surroundings): number | undefined {
  return icmp6Type(fields) === T["neighbour-advertisement"] ? 1 : undefined;
}

/** What stands behind the first 8 bytes. */
function bodyFields(type: number): readonly string[] {
  switch (type) {
    case T["router-advertisement"]:
      return ["reachable", "retransmit"];
    case T["neighbour-solicitation"]:
    case T["neighbour-advertisement"]:
      return ["target"];
    case T.redirect:
      return ["target", "destination"];
    default:
      return MLD_TYPES.includes(type) ? ["group"] : [];
  }
}

function wire(value: FieldValue | undefined): Uint8Array {
  if (typeof value === "number") return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
  return value ?? new Uint8Array(16);
}

/** A link-layer address option of neighbour discovery (RFC 4861 section 4.6.1). */
function linkAddressOption(type: number, address: FieldValue | undefined): Uint8Array {
  return address === undefined ? new Uint8Array() : Uint8Array.of(type, 1, ...(address as Uint8Array));
}
