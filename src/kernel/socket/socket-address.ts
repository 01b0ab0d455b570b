/** AF_INET and AF_INET6. */
export const FAMILY = { 4: 2, 6: 10 } as const;
export const AF_PACKET = 17;

/** struct sockaddr_in or sockaddr_in6. @param address absent: any. @param scope index of the device of a link-local address. */
export function internetAddress(family: 4 | 6, address: Uint8Array | undefined, port: number, scope = 0): Buffer {
  const bytes = Buffer.alloc(family === 4 ? 16 : 28);
  bytes.writeUInt16LE(FAMILY[family], 0);
  bytes.writeUInt16BE(port, 2);
  if (address !== undefined) bytes.set(address, family === 4 ? 4 : 8);
  if (family === 6) bytes.writeUInt32LE(scope, 24);
  return bytes;
}

/** struct sockaddr_ll. @param protocol ethertype. @param device its index; 0: all. */
export function packetAddress(protocol: number, device: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16LE(AF_PACKET, 0);
  bytes.writeUInt16BE(protocol, 2);
  bytes.writeInt32LE(device, 4);
  return bytes;
}

/** True for fe80::/10. */
export function isLinkLocal(family: 4 | 6, address: Uint8Array): boolean {
  return family === 6 && address[0] === 0xfe && (address[1]! & 0xc0) === 0x80;
}
