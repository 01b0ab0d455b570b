import { ICMP_CODES, ICMP_TYPES, ICMP6_CODES, ICMP6_TYPES, type Names, nameOf } from "../message-type.ts";
import { ETHERTYPES } from "../protocol-number.ts";
import { type Follow, truncated, type View } from "./view.ts";

export function dissectIcmp(view: View, next: Follow): string {
  if (!view.has(8)) return truncated("ICMP", view, 8);
  const type = view.u8(0);
  const text = `ICMP ${describe(type, view.u8(1), ICMP_TYPES, ICMP_CODES)}`;
  switch (type) {
    case ICMP_TYPES["echo-request"]:
    case ICMP_TYPES["echo-reply"]:
      return `${text} ${echo(view)}`;
    case ICMP_TYPES["destination-unreachable"]:
      return quoting(view.u8(1) === 4 ? `${text} mtu ${view.u16(6)}` : text, ETHERTYPES.ipv4, view, next);
    case ICMP_TYPES.redirect:
      return quoting(`${text} to ${view.ipv4(4)}`, ETHERTYPES.ipv4, view, next);
    case ICMP_TYPES["time-exceeded"]:
    case ICMP_TYPES["source-quench"]:
      return quoting(text, ETHERTYPES.ipv4, view, next);
    case ICMP_TYPES["parameter-problem"]:
      return quoting(`${text} at ${view.u8(4)}`, ETHERTYPES.ipv4, view, next);
    default:
      return `${text} length ${view.length - 8}`;
  }
}

export function dissectIcmp6(view: View, next: Follow): string {
  if (!view.has(8)) return truncated("ICMPv6", view, 8);
  const type = view.u8(0);
  const text = `ICMPv6 ${describe(type, view.u8(1), ICMP6_TYPES, ICMP6_CODES)}`;
  switch (type) {
    case ICMP6_TYPES["echo-request"]:
    case ICMP6_TYPES["echo-reply"]:
      return `${text} ${echo(view)}`;
    case ICMP6_TYPES["packet-too-big"]:
      return quoting(`${text} mtu ${view.u32(4)}`, ETHERTYPES.ipv6, view, next);
    case ICMP6_TYPES["destination-unreachable"]:
    case ICMP6_TYPES["time-exceeded"]:
      return quoting(text, ETHERTYPES.ipv6, view, next);
    case ICMP6_TYPES["parameter-problem"]:
      return quoting(`${text} at ${view.u32(4)}`, ETHERTYPES.ipv6, view, next);
    case ICMP6_TYPES["neighbour-solicitation"]:
      return view.has(24) ? `${text} who-has ${view.ipv6(8)}` : truncated(text, view, 24);
    case ICMP6_TYPES["neighbour-advertisement"]: {
      if (!view.has(24)) return truncated(text, view, 24);
      // The option with the target's address is the first where Linux sends it.
      const hasAddress = view.has(32) && view.u8(24) === 2 && view.u8(25) === 1;
      return `${text} ${view.ipv6(8)}${hasAddress ? ` is-at ${view.mac(26)}` : ""}`;
    }
    case ICMP6_TYPES.redirect:
      return view.has(40) ? `${text} of ${view.ipv6(24)} to ${view.ipv6(8)}` : truncated(text, view, 40);
    case ICMP6_TYPES["mld-listener-query"]:
    case ICMP6_TYPES["mld-listener-report"]:
    case ICMP6_TYPES["mld-listener-done"]:
      return view.has(24) ? `${text} group ${view.ipv6(8)}` : truncated(text, view, 24);
    default:
      return `${text} length ${view.length - 8}`;
  }
}

/** The code's name says more than the type's, where it has one. */
function describe(type: number, code: number, types: Names, codes: Readonly<Record<number, Names>>): string {
  const name = nameOf(types, type) ?? `type ${type}`;
  return nameOf(codes[type] ?? {}, code) ?? (code === 0 ? name : `${name} code ${code}`);
}

function echo(view: View): string {
  return `id ${view.u16(4)} seq ${view.u16(6)} length ${view.length - 8}`;
}

/** An error message and the packet that it is about. */
function quoting(text: string, ethertype: number, view: View, next: Follow): string {
  return view.has(9) ? `${text} about [${next(ethertype, view.from(8))}]` : text;
}
