import { IP_PROTOCOLS, protocolName } from "../protocol-number.ts";
import { dissectTransport } from "./transport.ts";
import { type Follow, truncated, type View } from "./view.ts";

/** What a line says of the IP header. */
interface Ip {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  /** What it carries, up to the length in the header. */
  readonly payload: View;
  readonly fragment?: Fragment;
  /** Said at the end. */
  readonly note: string;
}

interface Fragment {
  readonly id: number;
  /** In bytes. */
  readonly offset: number;
  readonly more: boolean;
}

export function dissectIpv4(view: View, next: Follow): string {
  if (!view.has(20)) return truncated("IPv4", view, 20);
  const headerLength = (view.u8(0) & 0xf) * 4;
  // 0 where a sender hands large packets down to be segmented (RFC 791 has no such; Linux and tcpdump do).
  const length = view.u16(2) || view.length;
  const place = view.u16(6);
  const fragment = { id: view.u16(4), offset: (place & 0x1fff) * 8, more: (place & 0x2000) !== 0 };
  const source = view.ipv4(12);
  const destination = view.ipv4(16);
  if (headerLength < 20) return `${source} > ${destination}: IPv4 with a header of ${headerLength} bytes`;
  if (!view.has(headerLength)) return `${source} > ${destination}: ${truncated("IPv4", view, headerLength)}`;
  if (length < headerLength) return `${source} > ${destination}: IPv4 with a length of ${length}`;
  return dissectIp(
    {
      source,
      destination,
      protocol: view.u8(9),
      payload: view.first(length).from(headerLength),
      ...((fragment.more || fragment.offset > 0) && { fragment }),
      note: cutOff(view, length),
    },
    next,
  );
}

export function dissectIpv6(view: View, next: Follow): string {
  if (!view.has(40)) return truncated("IPv6", view, 40);
  // 0 in a jumbogram (RFC 2675) and where a sender hands large packets down to be segmented.
  const length = view.u16(4) === 0 ? view.length : 40 + view.u16(4);
  const ip = { source: view.ipv6(8), destination: view.ipv6(24), note: cutOff(view, length) };
  let protocol = view.u8(6);
  let payload = view.first(length).from(40);
  let fragment: Fragment | undefined;
  while (EXTENSIONS.has(protocol) && fragment === undefined) {
    if (!payload.has(8)) return `${ip.source} > ${ip.destination}: ${truncated(protocolName(protocol)!, payload, 8)}`;
    const isFragment = protocol === IP_PROTOCOLS.fragment;
    const place = payload.u16(2);
    if (isFragment) fragment = { id: payload.u32(4), offset: place & 0xfff8, more: (place & 1) !== 0 };
    protocol = payload.u8(0);
    payload = payload.from(isFragment ? 8 : (payload.u8(1) + 1) * 8);
  }
  return dissectIp({ ...ip, protocol, payload, ...(fragment && { fragment }) }, next);
}

const EXTENSIONS: ReadonlySet<number> = new Set([
  IP_PROTOCOLS["hop-by-hop"],
  IP_PROTOCOLS.routing,
  IP_PROTOCOLS.fragment,
  IP_PROTOCOLS["destination-options"],
]);

function dissectIp({ source, destination, protocol, payload, fragment, note }: Ip, next: Follow): string {
  if (fragment !== undefined && fragment.offset > 0)
    return `${source} > ${destination}: ${display(protocol)} ${show(fragment)} length ${payload.length}${note}`;
  const { ports, text } = dissectTransport(protocol, payload, next);
  const [from, to] =
    ports === undefined ? [source, destination] : [`${source}.${ports[0]}`, `${destination}.${ports[1]}`];
  return `${from} > ${to}: ${text}${fragment === undefined ? "" : `, ${show(fragment)}`}${note}`;
}

function show({ id, offset, more }: Fragment): string {
  return `fragment id ${id} offset ${offset}${more ? "+" : ""}`;
}

function display(protocol: number): string {
  return protocolName(protocol)?.toUpperCase() ?? `protocol ${protocol}`;
}

/** Says where less of a packet is there than its header says. */
function cutOff(view: View, length: number): string {
  return view.has(length) ? "" : ` (truncated: ${view.length} of ${length} bytes)`;
}
