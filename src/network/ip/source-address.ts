import type { AddressModel } from "../../topology/model.ts";
import type { Interface } from "../interface.ts";
import { matches } from "../route-table.ts";
import { isLinkLocal, isLoopback, isMulticast } from "./ipv6-address.ts";

/**
 * The IPv4 address that a host uses on `device` towards the next hop at `at`: one of the same network, else the
 * device's first, else the first of any other device (inet_select_addr).
 */
export function selectIpv4(
  interfaces: readonly Interface[],
  device: Interface,
  bytes: Uint8Array,
  at: number,
): Uint8Array | undefined {
  let first: Uint8Array | undefined;
  for (const { family, address, prefix } of device.addresses) {
    if (family !== 4) continue;
    if (matches(bytes, at, address, prefix)) return address;
    first ??= address;
  }
  if (first !== undefined) return first;
  for (const other of interfaces) for (const { family, address } of other.addresses) if (family === 4) return address;
  return undefined;
}

/** Scopes of RFC 4291 section 2.7, which unicast addresses are compared in too (RFC 6724 section 3.1). */
const LINK_LOCAL_SCOPE = 2;
const SITE_LOCAL_SCOPE = 5;
const GLOBAL_SCOPE = 14;

/** The default policy table of RFC 6724 section 2.1, without its precedences: prefix, its length, label. */
const LABELS: readonly (readonly [prefix: Uint8Array, length: number, label: number])[] = [
  [Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 128, 0],
  [Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0), 96, 4],
  [Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 96, 3],
  [Uint8Array.of(0x20, 0x01, 0, 0), 32, 5],
  [Uint8Array.of(0x20, 0x02), 16, 2],
  [Uint8Array.of(0x3f, 0xfe), 16, 12],
  [Uint8Array.of(0xfe, 0xc0), 10, 11],
  [Uint8Array.of(0xfc), 7, 13],
];
const DEFAULT_LABEL = 1;

/**
 * The IPv6 address that a host uses by `device` towards the address at `at`: RFC 6724 section 5, rules 1, 2, 5, 6 and 8
 * (ipv6_dev_get_saddr; the others need address lifetimes, mobility or privacy addresses, which netsim has not). Towards
 * link-local and group addresses only the device's own addresses come into question.
 */
export function selectIpv6(
  interfaces: readonly Interface[],
  device: Interface,
  bytes: Uint8Array,
  at: number,
): Uint8Array | undefined {
  const onLinkOnly = isLinkLocal(bytes, at) || isMulticast(bytes, at);
  const towards = { scope: scopeOf(bytes, at), label: labelOf(bytes, at) };
  let best: Candidate | undefined;
  for (const owner of interfaces) {
    if (onLinkOnly && owner !== device) continue;
    for (const own of ipv6Addresses(owner)) {
      const candidate = rate(own, owner === device, bytes, at, towards);
      if (best === undefined || isBetter(candidate, best, towards.scope)) best = candidate;
    }
  }
  return best?.address;
}

/** A device's IPv6 addresses, those that were configured first; none where it has no IPv6. */
export function ipv6Addresses(device: Interface): AddressModel[] {
  if (device.linkLocal === undefined) return [];
  return [...device.addresses.filter(({ family }) => family === 6), device.linkLocal];
}

interface Candidate {
  readonly address: Uint8Array;
  readonly same: boolean;
  readonly scope: number;
  readonly outgoing: boolean;
  readonly labelMatches: boolean;
  /** Leading bits in common with the destination, within the address's own prefix. */
  readonly common: number;
}

function rate(
  own: AddressModel,
  outgoing: boolean,
  bytes: Uint8Array,
  at: number,
  towards: { label: number },
): Candidate {
  const { address, prefix } = own;
  const common = commonBits(address, bytes, at);
  return {
    address,
    same: common === 128,
    scope: scopeOf(address, 0),
    outgoing,
    labelMatches: labelOf(address, 0) === towards.label,
    common: Math.min(common, prefix),
  };
}

function isBetter(a: Candidate, b: Candidate, scope: number): boolean {
  if (a.same !== b.same) return a.same;
  if (a.scope !== b.scope) return a.scope < b.scope ? a.scope >= scope : b.scope < scope;
  if (a.outgoing !== b.outgoing) return a.outgoing;
  if (a.labelMatches !== b.labelMatches) return a.labelMatches;
  return a.common > b.common;
}

function scopeOf(bytes: Uint8Array, at: number): number {
  if (isMulticast(bytes, at)) return bytes[at + 1]! & 15;
  if (isLinkLocal(bytes, at) || isLoopback(bytes, at)) return LINK_LOCAL_SCOPE;
  if (bytes[at] === 0xfe && (bytes[at + 1]! & 0xc0) === 0xc0) return SITE_LOCAL_SCOPE;
  return GLOBAL_SCOPE;
}

function labelOf(bytes: Uint8Array, at: number): number {
  for (const [prefix, length, label] of LABELS) if (matches(bytes, at, prefix, length)) return label;
  return DEFAULT_LABEL;
}

function commonBits(address: Uint8Array, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < 16; i++) {
    const difference = address[i]! ^ bytes[at + i]!;
    if (difference !== 0) return i * 8 + Math.clz32(difference) - 24;
  }
  return 128;
}
