import { and, type Condition, or } from "../ir/condition.ts";
import type { Context } from "./context.ts";
import { snap } from "./llc-protocol.ts";
import { atMost, equals } from "./load.ts";
import { LARGEST_ETHERNET_LENGTH, SAP, ETHERTYPE as TYPE } from "./protocol-numbers.ts";

/** Protocol values of Linux's cooked header for frames that have none (linux/if_ether.h: ETH_P_802_3, ETH_P_802_2). */
const COOKED_802_3 = 0x0001;
const COOKED_802_2 = 0x0004;

/** The protocol in an Ethernet frame: by its EtherType, or by the LLC header behind a length. */
export function ethernetProtocol(c: Context, protocol: number): Condition {
  const hasLength = () => atMost(c, "type", 0, 2, LARGEST_ETHERNET_LENGTH);
  switch (protocol) {
    case SAP.ISO:
    case SAP.IP:
    case SAP.NETBEUI:
      return and(hasLength(), equals(c, "llc", 0, 2, (protocol << 8) | protocol));
    case SAP.IPX: {
      // In LLC, as Novell's 802.3 without LLC, with SNAP, and by EtherType.
      const behindLength = or(equals(c, "llc", 0, 1, SAP.IPX), equals(c, "llc", 0, 2, 0xffff));
      const snapped = snap(c, 0x000000, TYPE.IPX);
      return or(equals(c, "type", 0, 2, TYPE.IPX), and(hasLength(), or(snapped, behindLength)));
    }
    case TYPE.ATALK:
    case TYPE.AARP:
      return or(equals(c, "type", 0, 2, protocol), and(hasLength(), snappedAppleTalk(c, protocol)));
    default:
      if (protocol > LARGEST_ETHERNET_LENGTH) return equals(c, "type", 0, 2, protocol);
      return and(hasLength(), equals(c, "type", 2, 1, protocol));
  }
}

/** The protocol in Linux's cooked capture, version 1. */
export function cookedProtocol(c: Context, protocol: number): Condition {
  const hasLlc = () => equals(c, "type", 0, 2, COOKED_802_2);
  switch (protocol) {
    case SAP.ISO:
    case SAP.IP:
    case SAP.NETBEUI:
      return and(hasLlc(), equals(c, "llc", 0, 2, (protocol << 8) | protocol));
    case SAP.IPX: {
      const inLlc = or(equals(c, "llc", 0, 1, SAP.IPX), snap(c, 0x000000, TYPE.IPX));
      return or(equals(c, "type", 0, 2, TYPE.IPX), or(equals(c, "type", 0, 2, COOKED_802_3), and(hasLlc(), inLlc)));
    }
    case TYPE.ATALK:
    case TYPE.AARP:
      return or(equals(c, "type", 0, 2, protocol), and(hasLlc(), snappedAppleTalk(c, protocol)));
    default:
      if (protocol > LARGEST_ETHERNET_LENGTH) return equals(c, "type", 0, 2, protocol);
      return and(hasLlc(), equals(c, "header", c.payload.constant, 1, protocol));
  }
}

function snappedAppleTalk(c: Context, protocol: number): Condition {
  return snap(c, protocol === TYPE.ATALK ? 0x080007 : 0x000000, protocol);
}
