import { ETHERTYPES } from "../protocol-number.ts";
import { dissectIpv4, dissectIpv6 } from "./ip.ts";
import { type Follow, hex, truncated, type View } from "./view.ts";

const HEADER = 14;
/** Below it an ethertype is a length (IEEE 802.3). */
const FIRST_ETHERTYPE = 0x600;
const SNAP = 0xaa;

/** Types whose lines say who talks to whom, so that the MAC addresses are left out. */
const SELF_SPEAKING: ReadonlySet<number> = new Set([
  ETHERTYPES.ipv4,
  ETHERTYPES.ipv6,
  ETHERTYPES.arp,
  ETHERTYPES.vlan,
  ETHERTYPES["service-vlan"],
  ETHERTYPES.mpls,
]);

export function dissectEthernet(view: View, next: Follow): string {
  if (!view.has(HEADER)) return truncated("Ethernet", view, HEADER);
  const type = view.u16(12);
  const text = next(type, view.from(HEADER));
  return SELF_SPEAKING.has(type) ? text : `${view.mac(6)} > ${view.mac(0)}: ${text}`;
}

/** What is in a frame, by its type. */
export function dissectEthertype(type: number, view: View, next: Follow): string {
  if (type < FIRST_ETHERTYPE) return dissectLlc(view.first(type), next);
  switch (type) {
    case ETHERTYPES.ipv4:
      return dissectIpv4(view, next);
    case ETHERTYPES.ipv6:
      return dissectIpv6(view, next);
    case ETHERTYPES.arp:
      return dissectArp(view);
    case ETHERTYPES.vlan:
    case ETHERTYPES["service-vlan"]:
      return dissectTag(view, next);
    case ETHERTYPES.mpls:
      return dissectMpls(view, next);
    case ETHERTYPES.ether:
      return dissectEthernet(view, next);
    default:
      return `ethertype ${hex(type, 4)} length ${view.length}`;
  }
}

function dissectTag(view: View, next: Follow): string {
  if (!view.has(4)) return truncated("VLAN tag", view, 4);
  const tci = view.u16(0);
  const priority = tci >>> 13;
  const text = next(view.u16(2), view.from(4));
  return `vlan ${tci & 0xfff}${priority === 0 ? "" : ` priority ${priority}`}${tci & 0x1000 ? " dei" : ""} ${text}`;
}

function dissectMpls(view: View, next: Follow): string {
  if (!view.has(4)) return truncated("MPLS", view, 4);
  const entry = view.u32(0);
  const text = `MPLS label ${entry >>> 12} ttl ${entry & 0xff}`;
  const rest = view.from(4);
  if ((entry & 0x100) === 0) return `${text} ${next(ETHERTYPES.mpls, rest)}`;
  // What follows the stack has no type of its own (RFC 3032 section 2.2).
  const version = rest.has(1) ? rest.u8(0) >>> 4 : 0;
  if (version === 4) return `${text} ${next(ETHERTYPES.ipv4, rest)}`;
  return version === 6 ? `${text} ${next(ETHERTYPES.ipv6, rest)}` : `${text} length ${rest.length}`;
}

function dissectLlc(view: View, next: Follow): string {
  if (!view.has(3)) return truncated("LLC", view, 3);
  const [dsap, ssap] = [view.u8(0), view.u8(1)];
  if (dsap === SNAP && ssap === SNAP && view.has(8) && view.u8(3) === 0 && view.u16(4) === 0)
    return `SNAP ${next(view.u16(6), view.from(8))}`;
  return `LLC dsap ${hex(dsap, 2)} ssap ${hex(ssap, 2)} length ${view.length - 3}`;
}

const ARP = 28;

function dissectArp(view: View): string {
  if (!view.has(8)) return truncated("ARP", view, 8);
  const operation = view.u16(6);
  if (view.u16(0) !== 1 || view.u16(2) !== ETHERTYPES.ipv4 || view.u16(4) !== 0x0604)
    return `ARP of hardware type ${view.u16(0)}, protocol ${hex(view.u16(2), 4)}, operation ${operation}`;
  if (!view.has(ARP)) return truncated("ARP", view, ARP);
  const [sender, target] = [view.ipv4(14), view.ipv4(24)];
  if (operation === 1) return `ARP who-has ${target} tell ${sender}`;
  if (operation === 2) return `ARP ${sender} is-at ${view.mac(8)}`;
  return `ARP operation ${operation} from ${sender} for ${target}`;
}
