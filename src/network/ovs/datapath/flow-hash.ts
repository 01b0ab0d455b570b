import { get32 } from "../../../packet/wire.ts";
import { AT } from "../flow/layout.ts";

/**
 * dp_hash of a packet's flow (execute_hash): over addresses, protocol and ports; `sym_l4` gives both directions of a
 * connection the same. The numbers are netsim's own, since the kernel's depend on a secret drawn at boot.
 */
export function flowHash(key: Uint8Array, algorithm: "l4" | "sym_l4", basis: number): number {
  let hash = basis ^ key[AT.nwProto]!;
  if (algorithm === "l4") {
    for (let at: number = AT.nwSrc; at < AT.ctNwSrc; at += 4) hash = mix(hash, get32(key, at));
    for (let at: number = AT.ipv6Src; at < AT.ctIpv6Src; at += 4) hash = mix(hash, get32(key, at));
    hash = mix(hash, get32(key, AT.tpSrc));
  } else {
    hash = mix(hash, get32(key, AT.nwSrc) ^ get32(key, AT.nwDst));
    for (let i = 0; i < 16; i += 4) hash = mix(hash, get32(key, AT.ipv6Src + i) ^ get32(key, AT.ipv6Dst + i));
    const ports = get32(key, AT.tpSrc);
    hash = mix(hash, (ports >>> 16) ^ (ports & 0xffff));
    for (let i = 0; i < 6; i++) hash = mix(hash, key[AT.ethSrc + i]! ^ key[AT.ethDst + i]!);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85eb_ca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e37_79b1);
  return (mixed << 13) | (mixed >>> 19);
}
