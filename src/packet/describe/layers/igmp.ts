import { checksumOf, sum16 } from "../../checksum.ts";
import { IGMP_TYPES } from "../../message-type.ts";
import { ipv4Address, uint } from "../fields.ts";
import type { Fields, LayerFormat } from "../layer-format.ts";

const T = IGMP_TYPES;

/** IGMP versions 1 to 3 (RFC 2236, RFC 3376). */
export const IGMP: LayerFormat = {
  name: "igmp",
  description: "IGMP (RFC 2236, RFC 3376). Version 3's records and sources are payload.",
  size: 8,
  carrier: "ipv4",
  fields: {
    type: uint(0, 8, "Type.", { default: T["membership-query"], names: T }),
    "max-response": uint(8, 8, "Greatest delay of a response. Default: 100 (10 s) in a query, else 0.", {
      default: ({ fields }) => ((fields.type ?? T["membership-query"]) === T["membership-query"] ? 100 : 0),
    }),
    checksum: uint(16, 16, "Checksum. Default: computed."),
    group: ipv4Address(32, "Group. Default: 0.0.0.0, all groups.", new Uint8Array(4)),
    records: uint(48, 16, "Version 3's report: number of records."),
  },
  finish({ bytes, start, end, compute }) {
    compute("checksum", checksumOf(sum16(bytes, start, end - start)));
  },
};

/** The group that a message goes to (RFC 2236 section 9, RFC 3376 section 4.2.14). */
export function igmpDestination(fields: Fields): Uint8Array {
  const group = fields.group as Uint8Array | undefined;
  switch (fields.type ?? T["membership-query"]) {
    case T.leave:
      return Uint8Array.of(224, 0, 0, 2);
    case T["v3-report"]:
      return Uint8Array.of(224, 0, 0, 22);
    default:
      return group?.some((byte) => byte !== 0) ? group : Uint8Array.of(224, 0, 0, 1);
  }
}
