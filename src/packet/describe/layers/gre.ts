import { checksumOf, sum16 } from "../../checksum.ts";
import { ETHERTYPES } from "../../protocol-number.ts";
import { set16, set32 } from "../../wire.ts";
import { flag, uint } from "../fields.ts";
import type { LayerFormat, Surroundings } from "../layer-format.ts";
import { nextEthertype } from "./next-header.ts";

/** A flag that is set where its field is given. */
const given = (field: string) => (around: Surroundings) => Number(around.fields[field] !== undefined);

/** GRE (RFC 2784, RFC 2890). */
export const GRE: LayerFormat = {
  name: "gre",
  description: "GRE (RFC 2784) with key and sequence number (RFC 2890).",
  size: 4,
  carrier: "ip",
  fields: {
    "checksum-present": flag(0, "There is a checksum. Default: set where `checksum` is given.", given("checksum")),
    "routing-present": flag(1, "There is routing (RFC 1701); its bytes are payload.", 0),
    "key-present": flag(2, "There is a key. Default: set where `key` is given.", given("key")),
    "seq-present": flag(3, "There is a sequence number. Default: set where `seq` is given.", given("seq")),
    version: uint(13, 3, "Version.", { default: 0 }),
    protocol: uint(16, 16, "Ethertype of what follows. Default: that of the next layer.", {
      names: ETHERTYPES,
      default: ({ after }) => nextEthertype(after),
    }),
    checksum: uint(undefined, 16, "Checksum. Default: none; computed where only `checksum-present` is given."),
    key: uint(undefined, 32, "Key."),
    seq: uint(undefined, 32, "Sequence number."),
  },
  tail(fields) {
    const tail = new Uint8Array(12);
    let length = 0;
    const isThere = (name: string) => fields[`${name}-present`] === 1 || fields[name] !== undefined;
    if (isThere("checksum")) {
      set16(tail, 0, (fields.checksum as number | undefined) ?? 0);
      length += 4;
    }
    for (const name of ["key", "seq"]) {
      if (!isThere(name)) continue;
      set32(tail, length, (fields[name] as number | undefined) ?? 0);
      length += 4;
    }
    return tail.subarray(0, length);
  },
  finish({ bytes, start, end, value, isGiven }) {
    if (value("checksum-present") !== 1 || isGiven("checksum")) return;
    set16(bytes, start + 4, checksumOf(sum16(bytes, start, end - start)));
  },
};
