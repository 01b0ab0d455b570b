import { and, type Condition, or } from "../ir/condition.ts";
import type { AddressType, Direction, Protocol } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { decnetHost } from "./decnet-host.ts";
import { inDirection } from "./direction.ts";
import { linkProtocol } from "./link-protocol.ts";
import { equals } from "./load.ts";
import { ETHERTYPE as TYPE } from "./protocol-numbers.ts";

/** What an address is to be looked for as. */
export interface HostQuery {
  readonly protocol: Protocol | undefined;
  readonly direction: Direction | undefined;
  readonly type: AddressType | undefined;
}

/** Where a protocol has IPv4 addresses: its EtherType, and the offsets of source and destination. */
const IPV4_PLACES: Readonly<Partial<Record<Protocol, readonly [type: number, source: number, destination: number]>>> = {
  ip: [TYPE.IP, 12, 16],
  arp: [TYPE.ARP, 14, 24],
  rarp: [TYPE.REVARP, 14, 24],
};

/** An IPv4 host or network. Without a protocol it is looked for in IP, ARP and RARP. */
export function ipv4Host(c: Context, address: number, mask: number, query: HostQuery): Condition {
  const { protocol, direction } = query;
  if (protocol === undefined) {
    const find = (each: Protocol) => ipv4Host(c, address, mask, { ...query, protocol: each });
    const inIp = find("ip");
    return c.mplsDepth > 0 ? inIp : or(inIp, find("arp"), find("rarp"));
  }
  if (protocol === "decnet") return decnetHost(c, address, direction);
  const place = IPV4_PLACES[protocol];
  if (place === undefined) return notAnAddress(c, "IPv4", query);
  const [type, source, destination] = place;
  return inDirection(c, direction, source, destination, (offset) =>
    and(linkProtocol(c, type), equals(c, "network", offset, 4, address, mask)),
  );
}

const IPV6_SOURCE = 8;
const IPV6_DESTINATION = 24;

/** An IPv6 host or network; address and mask are 16 bytes. */
export function ipv6Host(c: Context, address: Uint8Array, mask: Uint8Array, query: HostQuery): Condition {
  if (query.protocol !== undefined && query.protocol !== "ip6") return notAnAddress(c, "IPv6", query);
  const words = (bytes: Uint8Array, i: number) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(i);
  return inDirection(c, query.direction, IPV6_SOURCE, IPV6_DESTINATION, (offset) => {
    const [last, third, second, first] = [12, 8, 4, 0].map((i) =>
      equals(c, "network", offset + i, 4, words(address, i), words(mask, i)),
    );
    return and(linkProtocol(c, TYPE.IPV6), first, second, third, last!);
  });
}

/** Throws: the protocol has no such addresses. */
function notAnAddress(c: Context, version: string, { protocol, type }: HostQuery): never {
  const what = type === "net" ? "network" : "host";
  return c.fail(
    `'${protocol}' has no ${version} addresses, so it cannot stand before this ${what}.`,
    protocol === "ip" || protocol === "ip6"
      ? `The address is of ${version}.`
      : `Combine the two tests: '${protocol} and host ...'.`,
  );
}
