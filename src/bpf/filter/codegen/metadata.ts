import { type Condition, not } from "../ir/condition.ts";
import type { LinkTypeName } from "../names/link-types.ts";
import { relation } from "./arithmetic.ts";
import type { Context } from "./context.ts";
import { equals } from "./load.ts";

/** Offsets of Linux's ancillary data: SKF_AD_OFF + SKF_AD_PKTTYPE and so on (linux/filter.h). */
export const ANCILLARY = {
  PACKET_TYPE: -0x1000 + 4,
  INTERFACE: -0x1000 + 8,
  VLAN_TAG: -0x1000 + 44,
  VLAN_TAG_PRESENT: -0x1000 + 48,
} as const;

/** PACKET_OUTGOING of linux/if_packet.h; the cooked headers have the same. */
const OUTGOING = 4;

const JUNIPER: readonly LinkTypeName[] = [
  ...(["JUNIPER_MFR", "JUNIPER_MLFR", "JUNIPER_MLPPP", "JUNIPER_ATM1", "JUNIPER_ATM2", "JUNIPER_PPPOE"] as const),
  ...(["JUNIPER_PPPOE_ATM", "JUNIPER_GGSN", "JUNIPER_ES", "JUNIPER_MONITOR", "JUNIPER_SERVICES"] as const),
  ...(["JUNIPER_ETHER", "JUNIPER_PPP", "JUNIPER_FRELAY", "JUNIPER_CHDLC", "JUNIPER_VP", "JUNIPER_ST"] as const),
  ...(["JUNIPER_ISM", "JUNIPER_VS", "JUNIPER_SRX_E2E", "JUNIPER_FIBRECHANNEL", "JUNIPER_ATM_CEMIC"] as const),
];

/** `inbound` and `outbound`: in the header where it says so, else what the kernel knows of the packet. */
export function isOutbound(c: Context, outbound: boolean): Condition {
  const oneOf = (isOut: Condition) => (outbound ? isOut : not(isOut));
  if (c.on("SLIP")) {
    const span = c.span;
    const direction = {
      kind: "load",
      protocol: "ether",
      index: { kind: "number", value: 0, ...span },
      size: 1,
      ...span,
    } as const;
    return relation(c, outbound ? "!=" : "=", direction, { kind: "number", value: 0, ...span });
  }
  if (c.on("IPNET")) return equals(c, "header", 2, 2, outbound ? 1 : 2);
  if (c.on("LINUX_SLL")) return oneOf(equals(c, "header", 0, 2, OUTGOING));
  if (c.on("LINUX_SLL2")) return oneOf(equals(c, "header", 10, 1, OUTGOING));
  if (c.on("PFLOG")) return equals(c, "header", 60, 1, outbound ? 2 : 1);
  if (c.on("PPP_PPPD")) return equals(c, "header", 0, 1, outbound ? 1 : 0);
  if (c.on(...JUNIPER)) return equals(c, "header", 3, 1, outbound ? 0 : 1, 0x01);
  refuseInFile(c, "'inbound' and 'outbound'");
  return oneOf(equals(c, "header", ANCILLARY.PACKET_TYPE, 2, OUTGOING));
}

/** `ifindex`. */
export function isOfInterface(c: Context, index: number): Condition {
  if (c.on("LINUX_SLL2")) return equals(c, "header", 4, 4, index);
  refuseInFile(c, "'ifindex'");
  return equals(c, "header", ANCILLARY.INTERFACE, 4, index);
}

function refuseInFile(c: Context, what: string): void {
  if (c.options.savedBy !== undefined)
    c.fail(`${what} cannot be told of packets in a capture of link type ${c.linkTypeName}, only of live ones.`);
}
