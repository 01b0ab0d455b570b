import type { Condition } from "../ir/condition.ts";
import type { Context } from "./context.ts";
import { equals, equalsBytes } from "./load.ts";
import { LARGEST_ETHERNET_LENGTH, SAP, ETHERTYPE as TYPE } from "./protocol-numbers.ts";

/** The protocol in an LLC header (IEEE 802.2): its service access point, or the EtherType in the SNAP header that is taken to follow. */
export function llcProtocol(c: Context, protocol: number): Condition {
  switch (protocol) {
    case SAP.IP:
    case SAP.ISO:
    case SAP.NETBEUI:
      return equals(c, "llc", 0, 2, (protocol << 8) | protocol);
    case TYPE.ATALK:
      return snap(c, 0x080007, TYPE.ATALK);
    default:
      return protocol > LARGEST_ETHERNET_LENGTH ? equals(c, "llc", 6, 2, protocol) : equals(c, "llc", 0, 1, protocol);
  }
}

/** An LLC and a SNAP header with this organisation code, 24 bits, and protocol. */
export function snap(c: Context, organisation: number, protocol: number): Condition {
  const bytes = Uint8Array.of(SAP.SNAP, SAP.SNAP, 0x03, 0, 0, 0, 0, 0);
  const view = new DataView(bytes.buffer);
  view.setUint8(3, organisation >> 16);
  view.setUint16(4, organisation & 0xffff);
  view.setUint16(6, protocol);
  return equalsBytes(c, "llc", 0, bytes);
}
