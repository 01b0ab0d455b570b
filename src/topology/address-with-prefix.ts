import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../packet/address.ts";
import type { AddressModel } from "./model.ts";
import { QuantityError } from "./quantity/quantity.ts";

const HINT = "Write an IPv4 or IPv6 address, with its prefix length where a network is meant: 10.0.0.1/24, fd00::1/64.";

/** Reads an IP address; `prefix` is its whole length. Throws a QuantityError. */
export function parseAddress(text: string): AddressModel {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return { family: 4, address: v4, prefix: 32 };
  const v6 = parseIpv6(text);
  if (v6 !== undefined) return { family: 6, address: v6, prefix: 128 };
  throw new QuantityError(
    `'${text}' is not an IP address.`,
    text.includes("%") ? "Zones such as %eth0 have no place here." : HINT,
  );
}

/** Reads `10.0.0.1/24` or `fd00::1/64`; a bare address gets its whole length as prefix. Throws a QuantityError. */
export function parseAddressWithPrefix(text: string): AddressModel {
  const slash = text.indexOf("/");
  if (slash < 0) return parseAddress(text);
  const { family, address, prefix: longest } = parseAddress(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > longest)
    throw new QuantityError(`'${digits}' in '${text}' is not a prefix length from 0 to ${longest}.`, HINT);
  return { family, address, prefix: Number(digits) };
}

/** The address in its canonical text, without the prefix. */
export function formatAddress({ family, address }: { family: 4 | 6; address: Uint8Array }): string {
  return family === 4 ? formatIpv4(address) : formatIpv6(address);
}

/** True when no bit behind the prefix is set: a network, as route destinations are. */
export function isNetwork({ address, prefix }: AddressModel): boolean {
  return address.every((byte, i) => {
    const kept = Math.min(8, Math.max(0, prefix - 8 * i));
    return (byte & (0xff >> kept)) === 0;
  });
}

/** 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291 section 2.7). */
export function isMulticast({ family, address }: AddressModel): boolean {
  return family === 4 ? address[0]! >> 4 === 0xe : address[0] === 0xff;
}

/** 0.0.0.0 or ::. */
export function isUnspecified({ address }: AddressModel): boolean {
  return address.every((byte) => byte === 0);
}

/** fe80::/10 (RFC 4291 section 2.5.6). */
export function isLinkLocal6({ family, address }: AddressModel): boolean {
  return family === 6 && address[0] === 0xfe && (address[1]! & 0xc0) === 0x80;
}
