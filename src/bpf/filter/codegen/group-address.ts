import { and, type Condition, or } from "../ir/condition.ts";
import { JUMP } from "../ir/opcode.ts";
import type { Protocol } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { linkProtocol } from "./link-protocol.ts";
import { compare, equals, hasBits } from "./load.ts";
import { arcnetHost, isArcnet, macHost } from "./mac-host.ts";
import { outerHeaderCheck } from "./outer-header.ts";
import { ETHERTYPE } from "./protocol-numbers.ts";
import { isWlan, wlanDestination } from "./wlan-host.ts";

const ETHERNET_BROADCAST = new Uint8Array(6).fill(0xff);
const ARCNET_BROADCAST = 0;
/** Lowest bit of the first byte of a MAC address. */
const GROUP_BIT = 1;

/** `broadcast`. */
export function isBroadcast(c: Context, protocol: Protocol | undefined): Condition {
  if (protocol === "ip") return isIpBroadcast(c);
  if (protocol !== undefined && protocol !== "ether")
    return c.fail(`'${protocol}' has no broadcasts that could be told apart; ip and the link layer have.`);
  return isArcnet(c) ? arcnetHost(c, ARCNET_BROADCAST, "dst") : macHost(c, ETHERNET_BROADCAST, "dst");
}

/** The host part of the address is all ones or all zeros. */
function isIpBroadcast(c: Context): Condition {
  const { netmask } = c.options;
  if (netmask === undefined)
    return c.fail(
      "The netmask is not known, so that broadcasts of IP cannot be told.",
      "Write 'ether broadcast' for those of the link layer.",
    );
  const hosts = ~netmask >>> 0;
  const isIp = linkProtocol(c, ETHERTYPE.IP);
  return and(isIp, or(equals(c, "network", 16, 4, 0, hosts), equals(c, "network", 16, 4, hosts, hosts)));
}

/** `multicast`; broadcasts are among them. */
export function isMulticast(c: Context, protocol: Protocol | undefined): Condition {
  if (protocol === "ip") return and(linkProtocol(c, ETHERTYPE.IP), compare(c, "network", 16, 1, JUMP.GE, 224));
  if (protocol === "ip6") return and(linkProtocol(c, ETHERTYPE.IPV6), equals(c, "network", 24, 1, 255));
  const isGroup = (offset: number) => hasBits(c, "header", offset, 1, GROUP_BIT);
  if (protocol === undefined || protocol === "ether") {
    if (isArcnet(c)) return arcnetHost(c, ARCNET_BROADCAST, "dst");
    if (c.on("EN10MB", "NETANALYZER", "NETANALYZER_TRANSPARENT")) return and(outerHeaderCheck(c), isGroup(0));
    if (c.on("FDDI")) return isGroup(1);
    if (c.on("IEEE802", "IP_OVER_FC")) return isGroup(2);
    if (isWlan(c)) return wlanDestination(c, isGroup);
  }
  return c.fail(
    protocol === undefined || protocol === "ether"
      ? `Link type ${c.linkTypeName} has no multicast addresses.`
      : `'${protocol}' has no multicasts that could be told apart; ip, ip6 and the link layer have.`,
  );
}
