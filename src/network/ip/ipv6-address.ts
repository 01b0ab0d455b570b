/* Kinds of IPv6 addresses (RFC 4291), each read at a place in a byte array. */

/** fe80::/10. */
export function isLinkLocal(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xfe && (bytes[at + 1]! & 0xc0) === 0x80;
}

/** ff00::/8. */
export function isMulticast(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff;
}

/** `::`. */
export function isUnspecified(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 16; i++) if (bytes[at + i] !== 0) return false;
  return true;
}

/** `::1`. */
export function isLoopback(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 15; i++) if (bytes[at + i] !== 0) return false;
  return bytes[at + 15] === 1;
}

/** ff01::1 and ff02::1. */
export function isAllNodes(bytes: Uint8Array, at: number): boolean {
  return isWellKnownGroup(bytes, at, 1) && (bytes[at + 1] === 1 || bytes[at + 1] === 2);
}

/** ff01::2, ff02::2 and ff05::2. */
export function isAllRouters(bytes: Uint8Array, at: number): boolean {
  return isWellKnownGroup(bytes, at, 2) && (bytes[at + 1] === 1 || bytes[at + 1] === 2 || bytes[at + 1] === 5);
}

/** True for ff02::1:ffXX:XXXX, whose last three bytes are those of the address at `own` (RFC 4291 section 2.7.1). */
export function isSolicitedNode(bytes: Uint8Array, at: number, address: Uint8Array): boolean {
  if (bytes[at] !== 0xff || bytes[at + 1] !== 2) return false;
  for (let i = 2; i < 11; i++) if (bytes[at + i] !== 0) return false;
  if (bytes[at + 11] !== 1 || bytes[at + 12] !== 0xff) return false;
  return bytes[at + 13] === address[13] && bytes[at + 14] === address[14] && bytes[at + 15] === address[15];
}

/** ff02::1:ffXX:XXXX of an address. */
export function solicitedNode(address: Uint8Array): Uint8Array {
  const group = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0);
  group.set(address.subarray(13), 13);
  return group;
}

/** The link-local address whose last half is the MAC as EUI-64 (RFC 4291 appendix A). */
export function linkLocalOf(mac: Uint8Array): Uint8Array {
  const [a, b, c, d, e, f] = mac;
  return Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a! ^ 2, b!, c!, 0xff, 0xfe, d!, e!, f!);
}

function isWellKnownGroup(bytes: Uint8Array, at: number, last: number): boolean {
  if (bytes[at] !== 0xff) return false;
  for (let i = 2; i < 15; i++) if (bytes[at + i] !== 0) return false;
  return bytes[at + 15] === last;
}
