import { nearestName } from "../../nearest-name.ts";
import { type Condition, or } from "../ir/condition.ts";
import { ipProtocolNames, ipProtocolNumber } from "../names/protocols.ts";
import { serviceNames, serviceOfName } from "../names/services.ts";
import type { Protocol } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { UNSET } from "./header-offset.ts";
import { type HostQuery, ipv4Host, ipv6Host } from "./ip-host.ts";
import { macHost } from "./mac-host.ts";
import { type Ports, portsOf, transportOf } from "./port.ts";
import { protochain } from "./protochain.ts";
import { ETHERTYPE, NLPID, SAP } from "./protocol-numbers.ts";
import { carries } from "./protocol-test.ts";

/** Networks that Debian's /etc/networks names. */
const NETWORKS: Readonly<Record<string, number>> = { loopback: 0x7f00_0000, "link-local": 0xa9fe_0000 };

/** Protocols that `ether proto` knows by name. */
const IN_LINK: Readonly<Record<string, number>> = {
  aarp: ETHERTYPE.AARP,
  arp: ETHERTYPE.ARP,
  atalk: ETHERTYPE.ATALK,
  decnet: ETHERTYPE.DECNET,
  ip: ETHERTYPE.IP,
  ip6: ETHERTYPE.IPV6,
  lat: ETHERTYPE.LAT,
  loopback: ETHERTYPE.LOOPBACK,
  mopdl: ETHERTYPE.MOPDL,
  moprc: ETHERTYPE.MOPRC,
  rarp: ETHERTYPE.REVARP,
  sca: ETHERTYPE.SCA,
  iso: SAP.ISO,
  stp: SAP.SPANNING_TREE,
  ipx: SAP.IPX,
  netbeui: SAP.NETBEUI,
};
const IN_ISO: Readonly<Record<string, number>> = { esis: NLPID.ESIS, isis: NLPID.ISIS, clnp: NLPID.CLNP };

/** A host, network, port or protocol by its name. */
export function namedAddress(c: Context, query: HostQuery, name: string): Condition {
  const { protocol, direction, type } = query;
  switch (type) {
    case undefined:
    case "host":
      return namedHost(c, query, name);
    case "net": {
      const number = Object.hasOwn(NETWORKS, name) ? NETWORKS[name]! : undefined;
      if (number === undefined) return unknown(c, `network '${name}'`, name, Object.keys(NETWORKS));
      return ipv4Host(c, number, 0xffff_ffff, query);
    }
    case "port":
    case "portrange": {
      const isRange = type === "portrange";
      const { ports, transport } = isRange ? namedRange(c, name) : namedPort(c, name);
      const wanted = transportOf(c, protocol);
      const own = transport === undefined ? undefined : transportOf(c, transport);
      if (wanted !== undefined && own !== undefined && wanted !== own)
        return c.fail(`The service '${name}' is one of ${transport}, not of ${protocol}.`);
      if (Math.max(ports.first, ports.last) > 0xffff) return c.fail("Ports go up to 65535.");
      return portsOf(c, ports, wanted ?? own, direction, isRange);
    }
    case "proto":
      return carries(c, protocol, namedProtocol(c, protocol, name));
    case "protochain":
      return protochain(c, protocol, namedProtocol(c, protocol, name));
    case "gateway":
      return c.fail(
        "'gateway' is not supported.",
        "Write 'ether host ... and not host ...' with the gateway's addresses.",
      );
  }
}

function namedHost(c: Context, query: HostQuery, name: string): Condition {
  const { protocol, direction } = query;
  const { resolver } = c.options;
  if (protocol === "ether") {
    const [mac] = resolver?.macAddresses?.(name) ?? [];
    return mac === undefined ? unknownHost(c, name) : macHost(c, mac, direction);
  }
  if (protocol === "decnet") return c.fail(`DECnet names are not known; '${name}' cannot be translated.`);
  const addresses = resolver?.addresses(name) ?? [];
  if (addresses.length === 0) return unknownHost(c, name);
  // Without a field for the protocol there is no ARP to look into.
  const [as4, as6]: (Protocol | undefined)[] =
    c.typeField.constant === UNSET && protocol === undefined ? ["ip", "ip6"] : [protocol, protocol];
  const found: Condition[] = [];
  for (const address of addresses) {
    if (address.length === 4 && as4 !== "ip6") {
      const number = new DataView(address.buffer, address.byteOffset).getUint32(0);
      found.push(ipv4Host(c, number, 0xffff_ffff, { ...query, protocol: as4 }));
    }
    if (address.length === 16 && as6 !== "ip")
      found.push(ipv6Host(c, address, new Uint8Array(16).fill(0xff), { ...query, protocol: as6 }));
  }
  const [first, ...others] = found;
  if (first === undefined) return c.fail(`'${name}' has no address of ${protocol}.`);
  return or(first, ...others);
}

function unknownHost(c: Context, name: string): never {
  return c.fail(
    `The host '${name}' is not known.`,
    suggestion(name, c.options.resolver?.names ?? []) ?? "Write its address: names are not looked up on the network.",
  );
}

interface NamedPorts {
  readonly ports: Ports;
  readonly transport: "tcp" | "udp" | undefined;
}

function namedPort(c: Context, name: string): NamedPorts {
  const service = serviceOfName(name) ?? unknown(c, `service '${name}'`, name, serviceNames());
  return { ports: { first: service.port, last: service.port }, transport: service.transport };
}

/** `20-30` or `ftp-ssh`; a name ends at the first dash. */
function namedRange(c: Context, text: string): NamedPorts {
  const numbers = /^([0-9]+)-([0-9]+)/.exec(text);
  if (numbers !== null) return { ports: ordered(Number(numbers[1]), Number(numbers[2])), transport: undefined };
  const dash = text.indexOf("-");
  if (dash < 0) return c.fail(`'${text}' is not a range of ports.`, "Write the first and the last one: '20-30'.");
  const from = namedPort(c, text.slice(0, dash));
  const to = namedPort(c, text.slice(dash + 1));
  return {
    ports: ordered(from.ports.first, to.ports.first),
    transport: from.transport === to.transport ? from.transport : undefined,
  };
}

function ordered(a: number, b: number): Ports {
  return { first: Math.min(a, b), last: Math.max(a, b) };
}

function namedProtocol(c: Context, outer: Protocol | undefined, name: string): number {
  if (outer === undefined || outer === "ip" || outer === "ip6")
    return ipProtocolNumber(name) ?? unknown(c, `protocol '${name}' of IP`, name, ipProtocolNames());
  const names = outer === "ether" ? IN_LINK : outer === "iso" ? IN_ISO : {};
  return Object.hasOwn(names, name)
    ? names[name]!
    : unknown(c, `protocol '${name}' of ${outer}`, name, Object.keys(names));
}

function unknown(c: Context, what: string, name: string, names: Iterable<string>): never {
  return c.fail(`The ${what} is not known.`, suggestion(name, names));
}

function suggestion(name: string, names: Iterable<string>): string | undefined {
  const near = nearestName(name, names);
  return near === undefined ? undefined : `Did you mean '${near}'?`;
}
