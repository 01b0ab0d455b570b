import { and, type Condition, not, or } from "../ir/condition.ts";
import { JUMP } from "../ir/opcode.ts";
import type { Direction, Protocol } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { inDirection } from "./direction.ts";
import { linkProtocol } from "./link-protocol.ts";
import { atMost, type Base, compare, equals, hasBits } from "./load.ts";
import { ETHERTYPE, IP_PROTOCOL } from "./protocol-numbers.ts";

/** A port, or all from one to another. */
export interface Ports {
  readonly first: number;
  readonly last: number;
}

const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
/** Lower bits of IPv4's flags field: 0 in the fragment that has the ports. */
const FRAGMENT_OFFSET = 0x1fff;

/** Transport protocols that have ports. */
const TRANSPORTS: Readonly<Partial<Record<Protocol, number>>> = {
  tcp: IP_PROTOCOL.TCP,
  udp: IP_PROTOCOL.UDP,
  sctp: IP_PROTOCOL.SCTP,
};

/** The transport protocol of a port: its number, or undefined for all. */
export function transportOf(c: Context, protocol: Protocol | undefined): number | undefined {
  if (protocol === undefined) return undefined;
  return TRANSPORTS[protocol] ?? c.fail(`'${protocol}' has no ports; tcp, udp and sctp have.`);
}

/** Ports of a transport protocol, or of TCP, UDP and SCTP, over IPv6 and over IPv4. */
export function portsOf(
  c: Context,
  ports: Ports,
  protocol: number | undefined,
  direction: Direction | undefined,
  isRange: boolean,
): Condition {
  const over4 = ipv4Ports(c, ports, protocol, direction, isRange);
  return or(ipv6Ports(c, ports, protocol, direction, isRange), over4);
}

export function ipv4Ports(
  c: Context,
  ports: Ports,
  protocol: number | undefined,
  direction: Direction | undefined,
  isRange = false,
): Condition {
  const isIp = linkProtocol(c, ETHERTYPE.IP);
  return and(
    isIp,
    ofTransport(protocol, (number) =>
      and(
        equals(c, "network", 9, 1, number),
        isFirstFragment(c),
        inDirection(c, direction, SOURCE_PORT, DESTINATION_PORT, (offset) =>
          match(c, "transport4", offset, ports, isRange),
        ),
      ),
    ),
  );
}

/** Ports are looked for behind the fixed header only, extension headers are not skipped. */
export function ipv6Ports(
  c: Context,
  ports: Ports,
  protocol: number | undefined,
  direction: Direction | undefined,
  isRange = false,
): Condition {
  const isIp = linkProtocol(c, ETHERTYPE.IPV6);
  return and(
    isIp,
    ofTransport(protocol, (number) =>
      and(
        equals(c, "network", 6, 1, number),
        inDirection(c, direction, SOURCE_PORT, DESTINATION_PORT, (offset) =>
          match(c, "transport6", offset, ports, isRange),
        ),
      ),
    ),
  );
}

/** Not a later fragment of an IPv4 packet, which has no transport header. */
export function isFirstFragment(c: Context): Condition {
  return not(hasBits(c, "network", 6, 2, FRAGMENT_OFFSET));
}

function ofTransport(protocol: number | undefined, find: (protocol: number) => Condition): Condition {
  if (protocol !== undefined) return find(protocol);
  const tcpOrUdp = or(find(IP_PROTOCOL.TCP), find(IP_PROTOCOL.UDP));
  return or(find(IP_PROTOCOL.SCTP), tcpOrUdp);
}

function match(c: Context, base: Base, offset: number, { first, last }: Ports, isRange: boolean): Condition {
  if (!isRange) return equals(c, base, offset, 2, first);
  return and(compare(c, base, offset, 2, JUMP.GE, first), atMost(c, base, offset, 2, last));
}
