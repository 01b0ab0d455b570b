import { get16 } from "../../../../packet/wire.ts";
import { type HashFields, hasPorts } from "../../flow/hash-fields.ts";
import { AT } from "../../flow/layout.ts";
import { ETHERTYPE, PROTOCOL } from "../match/protocols.ts";
import { maskBits, maskBytes } from "./key-access.ts";

/** Adds to a mask what such a hash looks at (flow_mask_hash_fields). */
export function maskHashFields(flow: Uint8Array, mask: Uint8Array, fields: HashFields): void {
  const type = get16(flow, AT.ethType);
  const protocol = flow[AT.nwProto]!;
  const addresses = (source: boolean, destination: boolean) => {
    if (type === ETHERTYPE.ip) {
      if (source) maskBytes(mask, AT.nwSrc, 4);
      if (destination) maskBytes(mask, AT.nwDst, 4);
    } else if (type === ETHERTYPE.ipv6) {
      if (source) maskBytes(mask, AT.ipv6Src, 16);
      if (destination) maskBytes(mask, AT.ipv6Dst, 16);
    }
  };
  switch (fields) {
    case "eth_src":
      maskBytes(mask, AT.ethSrc, 6);
      return;
    case "nw_src":
      addresses(true, false);
      return;
    case "nw_dst":
      addresses(false, true);
      return;
    case "symmetric_l3":
      addresses(true, true);
      return;
    case "symmetric_l4":
      maskBytes(mask, AT.ethDst, 12);
      addresses(true, true);
      if (type === ETHERTYPE.ip || type === ETHERTYPE.ipv6) {
        maskBytes(mask, AT.nwProto, 1);
        if (protocol !== PROTOCOL.udp) maskPorts(flow, mask);
      }
      maskBits(mask, AT.vlanTci, 0x1fff);
      maskBits(mask, AT.innerVlanTci, 0x1fff);
      return;
    default:
      if (type !== ETHERTYPE.ip && type !== ETHERTYPE.ipv6) return;
      addresses(true, true);
      maskBytes(mask, AT.nwProto, 1);
      if (hasPorts(flow, fields)) maskPorts(flow, mask);
  }
}

/** ICMP has one byte where others have a port of two. */
function maskPorts(flow: Uint8Array, mask: Uint8Array): void {
  const wanted = flow[AT.nwProto] === PROTOCOL.icmp ? 0xff : 0xffff;
  maskBits(mask, AT.tpSrc, wanted);
  maskBits(mask, AT.tpDst, wanted);
}
