import { formatIpv4, formatIpv6, formatMac } from "../../../packet/address.ts";
import { get16, get32 } from "../../../packet/wire.ts";
import type { SetAction } from "../datapath/action.ts";
import { AT, TUNNEL_FLAGS } from "../flow/layout.ts";

type Format = "mac" | "ipv4" | "ipv6" | "decimal" | "hex";

/** A part of a group: its name, where it is, and how it is written. */
type Part = readonly [name: string, at: number, bytes: number, format: Format];

const PORTS: readonly Part[] = [
  ["src", AT.tpSrc, 2, "decimal"],
  ["dst", AT.tpDst, 2, "decimal"],
];

const CONNECTION: readonly Part[] = [
  ["proto", AT.ctNwProto, 1, "decimal"],
  ["tp_src", AT.ctTpSrc, 2, "decimal"],
  ["tp_dst", AT.ctTpDst, 2, "decimal"],
];

/** The parts of each group in the order of lib/odp-util.c, format_odp_key_attr. */
const GROUPS: Readonly<Record<string, readonly Part[]>> = {
  eth: [
    ["src", AT.ethSrc, 6, "mac"],
    ["dst", AT.ethDst, 6, "mac"],
  ],
  ipv4: [
    ["src", AT.nwSrc, 4, "ipv4"],
    ["dst", AT.nwDst, 4, "ipv4"],
    ["proto", AT.nwProto, 1, "decimal"],
    ["tos", AT.nwTos, 1, "hex"],
    ["ttl", AT.nwTtl, 1, "decimal"],
  ],
  ipv6: [
    ["src", AT.ipv6Src, 16, "ipv6"],
    ["dst", AT.ipv6Dst, 16, "ipv6"],
    ["label", AT.ipv6Label, 4, "hex"],
    ["proto", AT.nwProto, 1, "decimal"],
    ["tclass", AT.nwTos, 1, "hex"],
    ["hlimit", AT.nwTtl, 1, "decimal"],
  ],
  arp: [
    ["sip", AT.nwSrc, 4, "ipv4"],
    ["tip", AT.nwDst, 4, "ipv4"],
    ["op", AT.nwProto, 1, "decimal"],
    ["sha", AT.arpSha, 6, "mac"],
    ["tha", AT.arpTha, 6, "mac"],
  ],
  nd: [
    ["target", AT.ndTarget, 16, "ipv6"],
    ["sll", AT.arpSha, 6, "mac"],
    ["tll", AT.arpTha, 6, "mac"],
  ],
  ct_tuple4: [["src", AT.ctNwSrc, 4, "ipv4"], ["dst", AT.ctNwDst, 4, "ipv4"], ...CONNECTION],
  ct_tuple6: [["src", AT.ctIpv6Src, 16, "ipv6"], ["dst", AT.ctIpv6Dst, 16, "ipv6"], ...CONNECTION],
  tcp: PORTS,
  udp: PORTS,
  sctp: PORTS,
  icmp: [
    ["type", AT.tpSrc, 2, "decimal"],
    ["code", AT.tpDst, 2, "decimal"],
  ],
};

/** What is written of a network service header: context words where some bit of them is (format_nsh_key_mask). */
function formatNshParts(value: Uint8Array, mask: Uint8Array): string[] {
  const parts: string[] = [];
  if (mask[AT.nshFlags] !== 0) parts.push(`flags=${value[AT.nshFlags]}`);
  if (mask[AT.nshTtl] !== 0) parts.push(`ttl=${value[AT.nshTtl]}`);
  if (get32(mask, AT.nshPath) >>> 8 !== 0) parts.push(`spi=0x${(get32(value, AT.nshPath) >>> 8).toString(16)}`);
  if (mask[AT.nshPath + 3] !== 0) parts.push(`si=${value[AT.nshPath + 3]}`);
  for (let i = 0; i < 4; i++) {
    const at = AT.nshContext + 4 * i;
    if (get32(mask, at) !== 0) parts.push(`c${i + 1}=0x${get32(value, at).toString(16)}`);
  }
  return parts;
}

/** What stands in `set(...)`: the group, with the parts of which some bits are written. */
export function formatSet({ group, value, mask }: SetAction): string {
  switch (group) {
    case "skb_priority":
      return `skb_priority(${number(value, mask, AT.skbPriority, 4, "hex")})`;
    case "skb_mark":
      return `skb_mark(${number(value, mask, AT.skbMark, 4, "hex")})`;
    case "mpls": {
      const lse = get32(value, AT.mpls);
      return `mpls(label=${lse >>> 12},tc=${(lse >> 9) & 7},ttl=${lse & 0xff},bos=${(lse >> 8) & 1})`;
    }
    case "nsh":
      return `nsh(${formatNshParts(value, mask).join(",")})`;
    case "tunnel":
      return `tunnel(${formatTunnel(value)})`;
    default: {
      const isV6 = group === "icmp" && get16(value, AT.ethType) === 0x86dd;
      return `${isV6 ? "icmpv6" : group}(${formatParts(group, value, mask).join(",")})`;
    }
  }
}

/** The parts of a group of which a mask wants some bits: `src=10.0.0.0/255.0.0.0`. */
export function formatParts(group: string, value: Uint8Array, mask: Uint8Array): string[] {
  return (GROUPS[group] ?? [])
    .filter(([, at, bytes]) => mask.subarray(at, at + bytes).some((byte) => byte !== 0))
    .map(([name, at, bytes, format]) => `${name}=${number(value, mask, at, bytes, format)}`);
}

function number(value: Uint8Array, mask: Uint8Array, at: number, bytes: number, format: Format): string {
  const isExact = mask.subarray(at, at + bytes).every((byte) => byte === 0xff);
  // The label of IPv6 has 20 bits.
  const isWhole = isExact || (at === AT.ipv6Label && (get32(mask, at) & 0xfffff) === 0xfffff);
  const shown = write(value, at, bytes, format);
  return isWhole ? shown : `${shown}/${write(mask, at, bytes, format === "decimal" ? "hex" : format)}`;
}

function write(bytes: Uint8Array, at: number, count: number, format: Format): string {
  if (format === "mac") return formatMac(bytes, at);
  if (format === "ipv4") return formatIpv4(bytes, at);
  if (format === "ipv6") return formatIpv6(bytes, at);
  const whole = bytes.subarray(at, at + count).reduce((sum, byte) => sum * 256 + byte, 0);
  if (format === "decimal") return String(whole);
  return whole === 0 ? "0" : `0x${whole.toString(16)}`;
}

const FLAGS: readonly (readonly [string, number])[] = [
  ["df", TUNNEL_FLAGS.df],
  ["csum", TUNNEL_FLAGS.csum],
  ["key", TUNNEL_FLAGS.key],
];

/** What stands in `tunnel(...)`, of keys and of set. */
export function formatTunnel(value: Uint8Array): string {
  const parts: string[] = [];
  const flags = get16(value, AT.tunFlags);
  const id = (BigInt(get32(value, AT.tunId)) << 32n) | BigInt(get32(value, AT.tunId + 4));
  if ((flags & TUNNEL_FLAGS.key) !== 0) parts.push(`tun_id=0x${id.toString(16)}`);
  const address = (name: string, at: number, bytes: number, text: (key: Uint8Array, at: number) => string) => {
    if (value.subarray(at, at + bytes).some((byte) => byte !== 0)) parts.push(`${name}=${text(value, at)}`);
  };
  address("src", AT.tunSrc, 4, formatIpv4);
  address("dst", AT.tunDst, 4, formatIpv4);
  address("ipv6_src", AT.tunIpv6Src, 16, formatIpv6);
  address("ipv6_dst", AT.tunIpv6Dst, 16, formatIpv6);
  if (value[AT.tunTos] !== 0) parts.push(`tos=0x${value[AT.tunTos]!.toString(16)}`);
  if (value[AT.tunTtl] !== 0) parts.push(`ttl=${value[AT.tunTtl]}`);
  const names = FLAGS.filter(([, bit]) => (flags & bit) !== 0).map(([name]) => name);
  parts.push(`flags(${names.join("|")})`);
  return parts.join(",");
}
