import { parseMac } from "../../packet/address.ts";
import { formatAddress, isMulticast, isUnspecified, parseAddressWithPrefix } from "../address-with-prefix.ts";
import type { AddressModel, InterfaceModel } from "../model.ts";
import { QuantityError } from "../quantity/quantity.ts";
import { parseSize } from "../quantity/size.ts";
import type { YamlValue } from "../yaml/value.ts";
import type { BuildContext } from "./context.ts";
import { type Drafts, FIRST_INDEX, type InterfaceDraft, type NodeDraft } from "./drafts.ts";
import { buildOffload } from "./offload.ts";

/** ETH_MIN_MTU and ETH_MAX_MTU of linux/if_ether.h. */
const MTU = { least: 68, most: 65_535, usual: 1500 };
/** RFC 8200 section 5. */
const IPV6_LEAST_MTU = 1280;

/** The finished interfaces of each node, by node and name. */
export function buildInterfaces({ nodes, context }: Drafts): Map<string, Map<string, InterfaceModel>> {
  const given = new Map<InterfaceDraft, Uint8Array>();
  for (const node of nodes.values())
    for (const device of node.interfaces.values()) {
      const mac = device.fields?.parsedText("mac", parseUnicastMac, "bad-address");
      if (mac !== undefined) given.set(device, mac);
    }
  const taken = new Set([...given.values()].map(number48));
  const built = new Map<string, Map<string, InterfaceModel>>();
  for (const [ordinal, node] of [...nodes.values()].entries()) {
    const interfaces = new Map<string, InterfaceModel>();
    for (const [i, device] of [...node.interfaces.values()].entries()) {
      const index = FIRST_INDEX + i;
      const mac = given.get(device) ?? madeMac(ordinal + 1, index, taken);
      interfaces.set(device.name, buildInterface(node, device, index, mac, context));
    }
    built.set(node.name, interfaces);
  }
  return built;
}

/** False where some address of the node could not be read, so that what it lacks is not known. */
export function knowsAddresses({ interfaces }: NodeDraft, built: ReadonlyMap<string, InterfaceModel>): boolean {
  return [...interfaces.values()].every(
    ({ name, fields }) => (fields?.oneOrMore("address").length ?? 0) === built.get(name)!.addresses.length,
  );
}

function buildInterface(
  node: NodeDraft,
  draft: InterfaceDraft,
  index: number,
  mac: Uint8Array,
  context: BuildContext,
): InterfaceModel {
  const { name, span, fields } = draft;
  const mtu = fields?.parsed("mtu", parseMtu) ?? MTU.usual;
  const addresses: AddressModel[] = [];
  for (const value of fields?.oneOrMore("address") ?? []) {
    const address = context.parsedText(value, parseInterfaceAddress, "bad-address");
    if (address === undefined) continue;
    refuseTwice(address, addresses, value, context);
    addresses.push(address);
  }
  if (mtu < IPV6_LEAST_MTU && addresses.some(({ family }) => family === 6))
    context.problem(
      "bad-topology",
      fields!.keySpan("mtu"),
      `'${node.name}:${name}' has an IPv6 address and an MTU of ${mtu}; IPv6 needs ${IPV6_LEAST_MTU} (RFC 8200 section 5).`,
    );
  const linear = fields?.parsed("linear", parseSize);
  const offload = buildOffload(fields);
  return {
    name,
    index,
    mac,
    mtu,
    addresses,
    ...(linear !== undefined && { linear }),
    ...(offload && { offload }),
    place: context.place(span),
  };
}

function refuseTwice(
  address: AddressModel,
  before: readonly AddressModel[],
  value: YamlValue,
  context: BuildContext,
): void {
  const text = formatAddress(address);
  if (before.some((other) => other.family === address.family && formatAddress(other) === text))
    context.problem("duplicate-name", value.span, `The interface has the address ${text} twice.`);
}

function parseMtu(text: string): number {
  const mtu = parseSize(text);
  if (mtu >= MTU.least && mtu <= MTU.most) return mtu;
  throw new QuantityError(`'${text}' is not an MTU from ${MTU.least} to ${MTU.most} bytes.`, "Ethernet's is 1500.");
}

/** What `ip address add` takes. */
function parseInterfaceAddress(text: string): AddressModel {
  const address = parseAddressWithPrefix(text);
  if (!text.includes("/"))
    throw new QuantityError(
      `'${text}' has no prefix length.`,
      `Write ${text}/${address.family === 4 ? 24 : 64} for a network of that size, or ${text}/${address.prefix} for this address alone.`,
    );
  if (isMulticast(address))
    throw new QuantityError(
      `'${text}' is a multicast address, which no interface can have.`,
      "Give it a unicast address.",
    );
  if (isUnspecified(address))
    throw new QuantityError(
      `'${text}' is the unspecified address, which no interface can have.`,
      "Give it a unicast address.",
    );
  return address;
}

/** is_valid_ether_addr of linux/etherdevice.h. */
function parseUnicastMac(text: string): Uint8Array {
  const mac = parseMac(text);
  if (mac === undefined)
    throw new QuantityError(`'${text}' is not a MAC address.`, "Write six bytes in hexadecimal: 02:00:00:00:00:01.");
  if ((mac[0]! & 1) !== 0)
    throw new QuantityError(
      `'${text}' is a group address, which no interface can have.`,
      "The first byte of an interface's address is even.",
    );
  if (mac.every((byte) => byte === 0))
    throw new QuantityError(`'${text}' is no address of an interface.`, "Leave `mac` out to have one made.");
  return mac;
}

/** 02:00, then 16 bits for the node and 16 for the interface; counted up where that is taken. */
function madeMac(node: number, index: number, taken: Set<number>): Uint8Array {
  let number = 0x0200_0000_0000 + node * 0x1_0000 + index;
  while (taken.has(number)) number++;
  taken.add(number);
  const mac = new Uint8Array(6);
  for (let i = 5, rest = number; i >= 0; i--, rest = Math.floor(rest / 256)) mac[i] = rest % 256;
  return mac;
}

function number48(mac: Uint8Array): number {
  return mac.reduce((number, byte) => number * 256 + byte, 0);
}
