import type { Host } from "../network/host.ts";
import type { Interface } from "../network/interface.ts";
import { matches } from "../network/route-table.ts";
import type { EncodingDefaults } from "../packet/describe/description.ts";
import { deviceOf, type Endpoint, hostOf } from "./endpoint.ts";

/** net.ipv4.ip_default_ttl, for packets that no host's settings apply to. */
const DEFAULT_TTL = 64;

/**
 * What a packet between two nodes has in its headers when its description does not say: the addresses that Linux
 * would choose, and for whole frames the other side's MAC.
 */
export function encodingDefaults(from: Endpoint, to: Endpoint | undefined): EncodingDefaults {
  const destination4 = to && destinationAddress(from, to, 4);
  const destination6 = to && destinationAddress(from, to, 6);
  const source4 = sourceAddress(from, 4, destination4);
  const source6 = sourceAddress(from, 6, destination6);
  const receiver = to && receivingInterface(to, destination4, destination6);
  return {
    ttl: hostOf(from)?.ip.ttl ?? DEFAULT_TTL,
    sourceMac: deviceOf(from).mac,
    ...(receiver && { destinationMac: receiver.mac }),
    ...(source4 && { source4 }),
    ...(destination4 && { destination4 }),
    ...(source6 && { source6 }),
    ...(destination6 && { destination6 }),
  };
}

/**
 * The address that `from` would send to: of the interface that is named; else one on a network that both are on, else
 * the first that there is a route to, else the first.
 */
export function destinationAddress(from: Endpoint, to: Endpoint, family: 4 | 6): Uint8Array | undefined {
  const candidates = addressesOf(to, family);
  const sender = hostOf(from);
  if (sender === undefined) return candidates[0];
  return (
    candidates.find((address) => isOnLink(sender, family, address)) ??
    candidates.find((address) => sender.ip.route(family, address, 0) !== undefined) ??
    candidates[0]
  );
}

/** The address that `from` sends with: of the interface that is named, else the one that its host would choose. */
export function sourceAddress(from: Endpoint, family: 4 | 6, destination?: Uint8Array): Uint8Array | undefined {
  const own = addressesOf(from, family);
  const host = hostOf(from);
  if (from.device !== undefined || host === undefined || destination === undefined) return own[0];
  const route = host.ip.route(family, destination, 0);
  return (route && host.ip.sourceTowards(family, destination, 0, route)) ?? own[0];
}

function addressesOf({ node, device }: Endpoint, family: 4 | 6): Uint8Array[] {
  const devices = device === undefined ? [...node.interfaces.values()] : [device];
  return devices.flatMap(({ addresses }) =>
    addresses.filter((own) => own.family === family).map(({ address }) => address),
  );
}

function isOnLink(host: Host, family: 4 | 6, address: Uint8Array): boolean {
  for (const { addresses } of host.interfaces.values())
    for (const own of addresses) if (own.family === family && matches(address, 0, own.address, own.prefix)) return true;
  return false;
}

/** The interface that has the address chosen, else the one that is named or the first. */
function receivingInterface(to: Endpoint, destination4?: Uint8Array, destination6?: Uint8Array): Interface {
  for (const device of to.node.interfaces.values())
    for (const { address } of device.addresses) if (address === destination4 || address === destination6) return device;
  return deviceOf(to);
}
