import { ICMP6_TYPES } from "../../message-type.ts";
import type { EncodingDefaults } from "../description.ts";
import type { Fields } from "../layer-format.ts";

const T = ICMP6_TYPES;

export const MLD_TYPES: readonly number[] = [T["mld-listener-query"], T["mld-listener-report"], T["mld-listener-done"]];

/** The type, given or by default. */
export function icmp6Type(fields: Fields): number {
  return (fields.type as number | undefined) ?? T["echo-request"];
}

/** The group that a message goes to where nothing else is said; undefined where that is the receiver itself. */
export function icmp6Destination(fields: Fields, defaults: EncodingDefaults): Uint8Array | undefined {
  const type = icmp6Type(fields);
  const group = (fields.group as Uint8Array | undefined) ?? new Uint8Array(16);
  const isGeneral = group.every((byte) => byte === 0);
  switch (type) {
    case T["router-solicitation"]:
    case T["mld-listener-done"]:
      return linkLocalGroup(2);
    case T["router-advertisement"]:
      return linkLocalGroup(1);
    case T["mld2-listener-report"]:
      return linkLocalGroup(0x16);
    case T["mld-listener-query"]:
    case T["mld-listener-report"]:
      return isGeneral ? linkLocalGroup(1) : group;
    case T["neighbour-solicitation"]: {
      // The solicited-node address of the target (RFC 4291 section 2.7.1).
      const target = (fields.target as Uint8Array | undefined) ?? defaults.destination6;
      if (target === undefined) return undefined;
      const address = linkLocalGroup(1);
      address.set([1, 0xff, ...target.subarray(13)], 11);
      return address;
    }
    default:
      return undefined;
  }
}

/** ff02::`number`. */
function linkLocalGroup(number: number): Uint8Array {
  const address = new Uint8Array(16);
  address.set([0xff, 0x02]);
  address[15] = number;
  return address;
}

/** The hop limit that a message must have (RFC 4861, RFC 2710); undefined where any will do. */
export function icmp6HopLimit(fields: Fields): number | undefined {
  const type = icmp6Type(fields);
  if (type >= T["router-solicitation"] && type <= T.redirect) return 255;
  return MLD_TYPES.includes(type) || type === T["mld2-listener-report"] ? 1 : undefined;
}
