import { IGMP_TYPES, nameOf, SCTP_CHUNKS, TCP_FLAG } from "../message-type.ts";
import { ETHERTYPES, IP_PROTOCOLS, protocolName } from "../protocol-number.ts";
import { dissectIcmp, dissectIcmp6 } from "./icmp.ts";
import { type Follow, hex, truncated, type View } from "./view.ts";

/** What a line says of what IP carries. */
export interface Transport {
  /** Source and destination. */
  readonly ports?: readonly [number, number];
  readonly text: string;
}

export function dissectTransport(protocol: number, view: View, next: Follow): Transport {
  switch (protocol) {
    case IP_PROTOCOLS.tcp:
      return withPorts("TCP", view, 20, dissectTcp);
    case IP_PROTOCOLS.udp:
      return withPorts("UDP", view, 8, (datagram) => dissectUdp(datagram, next));
    case IP_PROTOCOLS.sctp:
      return withPorts("SCTP", view, 12, dissectSctp);
    case IP_PROTOCOLS.icmp:
      return { text: dissectIcmp(view, next) };
    case IP_PROTOCOLS.icmp6:
      return { text: dissectIcmp6(view, next) };
    case IP_PROTOCOLS.igmp:
      return { text: dissectIgmp(view) };
    case IP_PROTOCOLS.gre:
      return { text: dissectGre(view, next) };
    case IP_PROTOCOLS.ipv4:
      return { text: next(ETHERTYPES.ipv4, view) };
    case IP_PROTOCOLS.ipv6:
      return { text: next(ETHERTYPES.ipv6, view) };
    case IP_PROTOCOLS.esp:
      return { text: view.has(8) ? `ESP spi ${hex(view.u32(0), 8)} seq ${view.u32(4)}` : truncated("ESP", view, 8) };
    case IP_PROTOCOLS.ah:
      return dissectAh(view, next);
    default: {
      const name = protocolName(protocol);
      return { text: `protocol ${protocol}${name === undefined ? "" : ` (${name})`} length ${view.length}` };
    }
  }
}

/** The ports, which are there before the rest of the header is. */
function withPorts(name: string, view: View, header: number, dissect: (view: View) => string): Transport {
  if (!view.has(4)) return { text: truncated(name, view, header) };
  const text = view.has(header) ? dissect(view) : truncated(name, view, header);
  return { ports: [view.u16(0), view.u16(2)], text };
}

function dissectTcp(view: View): string {
  const flags = view.u16(12) & 0x1ff;
  const names = Object.entries(TCP_FLAG).filter(([, flag]) => (flags & flag) !== 0);
  const shown = names.length === 0 ? "no flags" : names.map(([name]) => name.toUpperCase()).join(",");
  const ack = (flags & TCP_FLAG.ack) === 0 ? "" : ` ack ${view.u32(8)}`;
  const text = `TCP ${shown} seq ${view.u32(4)}${ack}`;
  const header = (view.u8(12) >>> 4) * 4;
  if (header < 20) return `${text} with a header of ${header} bytes`;
  return view.has(header) ? `${text} length ${view.length - header}` : `${text}, ${truncated("options", view, header)}`;
}

const VXLAN_PORT = 4789;

function dissectUdp(view: View, next: Follow): string {
  if (view.u16(2) === VXLAN_PORT && view.has(16))
    return `VXLAN vni ${view.u32(12) >>> 8} ${next(ETHERTYPES.ether, view.from(16))}`;
  const length = view.u16(4);
  return length < 8 ? `UDP with a length of ${length}` : `UDP length ${length - 8}`;
}

function dissectSctp(view: View): string {
  const chunks: string[] = [];
  let rest = view.from(12);
  while (rest.has(4) && chunks.length < 4) {
    chunks.push(nameOf(SCTP_CHUNKS, rest.u8(0))?.toUpperCase() ?? `chunk ${rest.u8(0)}`);
    rest = rest.from(Math.max(4, (rest.u16(2) + 3) & ~3));
  }
  return `SCTP${chunks.length === 0 ? "" : ` ${chunks.join(", ")}`}${rest.has(4) ? ", ..." : ""}`;
}

function dissectIgmp(view: View): string {
  if (!view.has(8)) return truncated("IGMP", view, 8);
  const type = view.u8(0);
  const name = nameOf(IGMP_TYPES, type) ?? `type ${hex(type, 2)}`;
  if (type === IGMP_TYPES["v3-report"]) return `IGMP ${name} records ${view.u16(6)}`;
  return `IGMP ${name} group ${view.ipv4(4)}`;
}

const GRE_CHECKSUM = 0x8000;
const GRE_KEY = 0x2000;
const GRE_SEQUENCE = 0x1000;

function dissectGre(view: View, next: Follow): string {
  if (!view.has(4)) return truncated("GRE", view, 4);
  const flags = view.u16(0);
  const type = view.u16(2);
  if ((flags & 7) !== 0) return `GRE version ${flags & 7} protocol ${hex(type, 4)} length ${view.length - 4}`;
  let text = "GRE";
  let offset = (flags & GRE_CHECKSUM) === 0 ? 4 : 8;
  for (const [flag, name] of [
    [GRE_KEY, "key"],
    [GRE_SEQUENCE, "seq"],
  ] as const) {
    if ((flags & flag) === 0) continue;
    if (!view.has(offset + 4)) return truncated("GRE", view, offset + 4);
    text += ` ${name} ${view.u32(offset)}`;
    offset += 4;
  }
  return `${text} ${next(type, view.from(offset))}`;
}

function dissectAh(view: View, next: Follow): Transport {
  if (!view.has(12)) return { text: truncated("AH", view, 12) };
  const header = `AH spi ${hex(view.u32(4), 8)} seq ${view.u32(8)}`;
  // A chain of thousands is no reason to run out of stack.
  if (view.u8(0) === IP_PROTOCOLS.ah) return { text: `${header} AH` };
  const { ports, text } = dissectTransport(view.u8(0), view.from((view.u8(1) + 2) * 4), next);
  return { ...(ports && { ports }), text: `${header} ${text}` };
}
