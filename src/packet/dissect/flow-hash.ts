import type { Skb } from "../skb.ts";
import { get16, get32 } from "../wire.ts";

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const TCP = 6;
const UDP = 17;
/** Protocols whose headers begin with two ports (skb_flow_dissect_ports: also SCTP, DCCP, UDP-Lite). */
const WITH_PORTS: ReadonlySet<number> = new Set([TCP, UDP, 33, 132, 136]);

/**
 * Number that stands for a packet's flow: its addresses, protocol and ports, the same in both directions (__skb_get_hash over flow_keys;
 * Linux's number is another one after each start). Fragments have no ports, and a flow label stands for them in IPv6.
 * @param seed another one gives other numbers.
 */
export function flowHash(bytes: Uint8Array, skb: Skb, seed: number): number {
  const at = skb.networkHeader;
  const end = skb.data + skb.length;
  const version = at < end ? bytes[at]! >>> 4 : 0;
  if (version === 4 && end - at >= 20 && isIp(skb, ETH_P_IP)) return ofIpv4(bytes, at, end, seed);
  if (version === 6 && end - at >= 40 && isIp(skb, ETH_P_IPV6)) return ofIpv6(bytes, at, end, seed);
  return finish(mix(seed, skb.protocol));
}

const isIp = ({ protocol }: Skb, wanted: number): boolean =>
  protocol === wanted || protocol === 0x8100 || protocol === 0x88a8;

function ofIpv4(bytes: Uint8Array, at: number, end: number, seed: number): number {
  const protocol = bytes[at + 9]!;
  const header = (bytes[at]! & 15) * 4;
  const isFragment = (get16(bytes, at + 6) & 0x3fff) !== 0;
  const source = get32(bytes, at + 12);
  const destination = get32(bytes, at + 16);
  const order = source === destination ? 0 : source < destination ? -1 : 1;
  const [first, second] = order > 0 ? [destination, source] : [source, destination];
  const hash = mix(mix(mix(seed, protocol), first), second);
  return finish(isFragment ? hash : withPorts(hash, bytes, at + header, end, protocol, order));
}

function ofIpv6(bytes: Uint8Array, at: number, end: number, seed: number): number {
  const protocol = bytes[at + 6]!;
  const label = get32(bytes, at) & 0xf_ffff;
  let order = 0;
  for (let i = 0; i < 16 && order === 0; i += 4)
    order = Math.sign(get32(bytes, at + 8 + i) - get32(bytes, at + 24 + i));
  const [first, second] = order > 0 ? [at + 24, at + 8] : [at + 8, at + 24];
  let hash = mix(seed, protocol);
  for (let i = 0; i < 16; i += 4) hash = mix(mix(hash, get32(bytes, first + i)), get32(bytes, second + i));
  if (label !== 0) return finish(mix(hash, label));
  return finish(withPorts(hash, bytes, at + 40, end, protocol, order));
}

function withPorts(hash: number, bytes: Uint8Array, at: number, end: number, protocol: number, order: number): number {
  if (!WITH_PORTS.has(protocol) || end - at < 4) return hash;
  const source = get16(bytes, at);
  const destination = get16(bytes, at + 2);
  const swaps = order > 0 || (order === 0 && source > destination);
  return mix(hash, swaps ? destination * 0x1_0000 + source : source * 0x1_0000 + destination);
}

/** One round of MurmurHash3 (Appleby, 2011), and its end. */
function mix(hash: number, word: number): number {
  let value = Math.imul(word, 0xcc9e2d51);
  value = Math.imul((value << 15) | (value >>> 17), 0x1b873593);
  value ^= hash;
  return (Math.imul((value << 13) | (value >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let value = hash;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
