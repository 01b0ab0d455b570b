import { ADDRESSES } from "../../packet/checksum.ts";
import { sameBytes } from "../../packet/wire.ts";

/** What tells connections apart: both addresses and both ports. */
export interface ConnectionKey {
  readonly family: 4 | 6;
  /** The host's own address, 4 or 16 bytes. */
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
  readonly localPort: number;
  readonly remotePort: number;
}

/** Hash of a key, unsigned. */
export function hashOf({ family, local, remote, localPort, remotePort }: ConnectionKey): number {
  const { length } = ADDRESSES[family];
  return finish(mix(mix(family, local, 0, length), remote, 0, length), localPort, remotePort);
}

/** As `hashOf`, the addresses standing at `local` and `remote` of `bytes`. */
export function hashAt(
  bytes: Uint8Array,
  family: 4 | 6,
  local: number,
  remote: number,
  localPort: number,
  remotePort: number,
): number {
  const { length } = ADDRESSES[family];
  return finish(mix(mix(family, bytes, local, length), bytes, remote, length), localPort, remotePort);
}

export function isSameKey(a: ConnectionKey, b: ConnectionKey): boolean {
  return (
    a.localPort === b.localPort &&
    a.remotePort === b.remotePort &&
    a.family === b.family &&
    sameBytes(a.local, 0, b.local, 0, a.local.length) &&
    sameBytes(a.remote, 0, b.remote, 0, a.remote.length)
  );
}

/** True when the key has these addresses, standing at `local` and `remote` of `bytes`, and ports. */
export function isKeyAt(
  key: ConnectionKey,
  bytes: Uint8Array,
  family: 4 | 6,
  local: number,
  remote: number,
  localPort: number,
  remotePort: number,
): boolean {
  return (
    key.remotePort === remotePort &&
    key.localPort === localPort &&
    key.family === family &&
    sameBytes(bytes, remote, key.remote, 0, key.remote.length) &&
    sameBytes(bytes, local, key.local, 0, key.local.length)
  );
}

function mix(hash: number, bytes: Uint8Array, at: number, length: number): number {
  let mixed = hash;
  for (let i = 0; i < length; i++) mixed = Math.imul(mixed ^ bytes[at + i]!, 0x0100_0193);
  return mixed;
}

function finish(hash: number, localPort: number, remotePort: number): number {
  const mixed = Math.imul(hash ^ ((localPort << 16) | remotePort), 0x85eb_ca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
