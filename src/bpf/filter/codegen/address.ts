import type { Condition } from "../ir/condition.ts";
import type { Operand, Qualifiers } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { decnetAddress } from "./decnet-host.ts";
import { type HostQuery, ipv4Host, ipv6Host } from "./ip-host.ts";
import { ipv4Number, ipv6Bytes, leftAligned, prefixMask } from "./ip-text.ts";
import { arcnetAddress, arcnetHost, isArcnet, macAddress, macHost } from "./mac-host.ts";
import { namedAddress } from "./named-address.ts";
import { portsOf, transportOf } from "./port.ts";
import { protochain } from "./protochain.ts";
import { carries } from "./protocol-test.ts";

const LARGEST_PORT = 0xffff;

/** An address, number or name, looked for as its qualifiers say. */
export function addressTest(c: Context, qualifiers: Qualifiers | undefined, operand: Operand): Condition {
  if (qualifiers === undefined)
    return c.fail("It is not said what this is.", "Write 'host', 'net', 'port' or another qualifier in front of it.");
  const { protocol, direction, type } = qualifiers;
  const query: HostQuery = { protocol, direction, type };
  switch (operand.kind) {
    case "name":
      return namedAddress(c, query, operand.text);
    case "number":
      return numberTest(c, query, operand.value);
    case "ipv4":
      return dottedTest(c, query, operand.text);
    case "ipv4-prefix":
      return network(c, query, operand.text, prefixOfNetwork(c, operand.length));
    case "ipv4-mask":
      return network(c, query, operand.text, networkNumber(c, operand.mask).number);
    case "ipv6":
      return ipv6Test(c, query, operand.text, 128);
    case "ipv6-prefix":
      return ipv6Test(c, query, operand.text, operand.length);
    case "mac":
      requireLinkHost(c, query, "A MAC address");
      return macHost(c, macAddress(operand.text), direction);
    case "arcnet":
      if (isArcnet(c)) requireLinkHost(c, query, "An ARCNET address");
      return arcnetHost(c, arcnetAddress(operand.text), direction);
  }
}

function numberTest(c: Context, query: HostQuery, number: number): Condition {
  const { protocol, direction, type } = query;
  switch (type) {
    case "port":
    case "portrange": {
      const transport = transportOf(c, protocol);
      if (number > LARGEST_PORT) return c.fail(`Ports go up to ${LARGEST_PORT}.`);
      return portsOf(c, { first: number, last: number }, transport, direction, type === "portrange");
    }
    case "proto":
      return carries(c, protocol, number);
    case "protochain":
      return protochain(c, protocol, number);
    case "gateway":
      return c.fail("'gateway' is not supported.");
    default:
      if (protocol === "ether") return c.fail("A number is no MAC address.");
      if (type !== "net" || protocol === "decnet") return ipv4Host(c, number, 0xffff_ffff, query);
      return ipv4Host(c, ...leftAligned(number), query);
  }
}

/** `10.0.0.1`, and partial ones for networks: `10.1`. */
function dottedTest(c: Context, query: HostQuery, text: string): Condition {
  const { protocol, type } = query;
  if (type === "port" || type === "portrange" || type === "proto" || type === "protochain")
    return c.fail(`'${text}' is an address, and '${type}' wants a number or a name.`);
  if (type === "gateway") return c.fail("'gateway' is not supported.");
  if (protocol === "decnet") {
    const address = decnetAddress(text);
    return address === undefined ? c.fail(`'${text}' is no DECnet address.`) : ipv4Host(c, address, 0, query);
  }
  if (protocol === "ether") {
    networkNumber(c, text);
    return c.fail(`'${text}' is no MAC address.`);
  }
  const { number, mask } = networkNumber(c, text);
  return ipv4Host(c, number, mask, query);
}

function network(c: Context, query: HostQuery, text: string, mask: number): Condition {
  const { number } = networkNumber(c, text);
  if ((number & ~mask) !== 0) return c.fail(`'${text}' has bits set that the mask leaves out.`);
  if (query.type !== "net")
    return c.fail("Masks and prefix lengths are for networks.", "Write 'net' in front of the address.");
  return ipv4Host(c, number, mask, query);
}

function prefixOfNetwork(c: Context, length: number): number {
  return length > 32 ? c.fail("The prefix of an IPv4 network has at most 32 bits.") : prefixMask(length);
}

function networkNumber(c: Context, text: string): { number: number; mask: number } {
  return ipv4Number(text) ?? c.fail(`'${text}' is not an IPv4 address: its parts go up to 255.`);
}

function ipv6Test(c: Context, query: HostQuery, text: string, length: number): Condition {
  const address = ipv6Bytes(text) ?? c.fail(`'${text}' is not an IPv6 address.`);
  if (length > 128) return c.fail("The prefix of an IPv6 network has at most 128 bits.");
  const mask = Uint8Array.from(
    { length: 16 },
    (_, i) => (0xff << (8 - Math.max(0, Math.min(8, length - 8 * i)))) & 0xff,
  );
  if (address.some((byte, i) => (byte & ~mask[i]!) !== 0))
    return c.fail(`'${text}' has bits set behind the first ${length}.`);
  switch (query.type) {
    case undefined:
    case "host":
      if (length !== 128) return c.fail("Prefix lengths are for networks.", "Write 'net' in front of the address.");
      return ipv6Host(c, address, mask, query);
    case "net":
      return ipv6Host(c, address, mask, query);
    default:
      return c.fail(`'${text}' is an IPv6 address, and '${query.type}' wants a number or a name.`);
  }
}

function requireLinkHost(c: Context, { protocol, type }: HostQuery, what: string): void {
  if (protocol !== "ether" || (type !== undefined && type !== "host"))
    c.fail(`${what} is one of the link layer.`, "Write 'ether host', 'ether src' or 'ether dst' in front of it.");
}
