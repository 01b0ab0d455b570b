import { helper } from "../../../bpf/helpers/helper.ts";
import { HelperMemory } from "../../../bpf/helpers/helper-memory.ts";
import { jiffies, TICKS_PER_SECOND } from "../../../bpf/helpers/plain.ts";
import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import type { SkbSocket } from "../../../packet/skb.ts";
import type { BaseHelperGroup } from "../base-helpers.ts";
import { LISTEN } from "../full-socket.ts";
import { askedMss } from "./asked-mss.ts";
import { type SegmentEnds, SynCookies } from "./syn-cookie.ts";

const IPPROTO_TCP = 6;
const AF_INET6 = 10;
const TCP_HEADER = 20;
/** The two headers: bytes, where the addresses begin, and what TCP assumes where a SYN asks for no size. */
const IPV4 = { bytes: 20, addresses: 12, addressBytes: 4, mss: 536 } as const;
const IPV6 = { bytes: 40, addresses: 8, addressBytes: 16, mss: 1220 } as const;
type Version = typeof IPV4 | typeof IPV6;
/** Flags of TCP. */
const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

type Asking = (socket: number, ip: number, ipBytes: number, tcp: number, tcpBytes: number) => number;

/** A SYN's cookie and the size of segments behind it, as helpers give them. */
const answer = ({ cookie, mss }: { cookie: number; mss: number }): bigint => (BigInt(mss) << 32n) | BigInt(cookie);

/**
 * SYN cookies (net/core/filter.c: bpf_tcp_raw_gen_syncookie_ipv4 and the others). Sockets here never run out of room for requests:
 * the two helpers that ask a socket find, as in Linux then, that none has been or is to be answered with a cookie.
 */
export const synCookieHelpers: BaseHelperGroup = (running, services): ReadonlyMap<number, HostFunction> => {
  const memory = new HelperMemory(services.maps);
  /** Each host has secrets of its own, drawn when they are first needed. */
  const ofHosts = new WeakMap<object, SynCookies>();
  const cookies = (): SynCookies => {
    const host = running.block.host ?? services;
    let own = ofHosts.get(host);
    if (own === undefined) {
      const { chance } = services;
      own = new SynCookies(() => (BigInt(chance.uint32()) << 32n) | BigInt(chance.uint32()));
      ofHosts.set(host, own);
    }
    return own;
  };
  const minute = () => Number(jiffies(BigInt(services.now())) / (60n * TICKS_PER_SECOND));
  const ends = (ip: number, tcp: number, { addresses, addressBytes }: Version): SegmentEnds => {
    const { bytes } = memory;
    const at = ip + addresses;
    return {
      source: bytes.subarray(at, at + addressBytes),
      destination: bytes.subarray(at + addressBytes, at + 2 * addressBytes),
      ports: bytes.subarray(tcp, tcp + 4),
    };
  };
  const word = (at: number) => Buffer.from(memory.bytes.buffer, at, 4).readUInt32BE();
  const headerBytes = (tcp: number) => (memory.bytes[tcp + 12]! >> 4) * 4;

  const create = (name: string, version: Version) => (ipAddress: number, tcpAddress: number, length: number) => {
    const ip = memory.within(name, ipAddress, version.bytes);
    if (length < TCP_HEADER) return BigInt(-ERRNO.EINVAL);
    const tcp = memory.within(name, tcpAddress, length);
    if (length !== headerBytes(tcp)) return BigInt(-ERRNO.EINVAL);
    const mss = askedMss(memory.bytes.subarray(tcp, tcp + length)) || version.mss;
    return answer(cookies().create(ends(ip, tcp, version), word(tcp + 4), mss, minute()));
  };
  const check = (name: string, version: Version) => (ipAddress: number, tcpAddress: number) => {
    const ip = memory.within(name, ipAddress, version.bytes);
    const tcp = memory.within(name, tcpAddress, TCP_HEADER);
    const [cookie, sequence] = [word(tcp + 8) - 1, word(tcp + 4) - 1];
    return cookies().check(ends(ip, tcp, version), cookie, sequence, minute()) > 0 ? 0 : -ERRNO.EACCES;
  };

  const listens = (at: number): SkbSocket | undefined => {
    const socket = services.sockets.at(at);
    return socket?.state === LISTEN && socket.protocol === IPPROTO_TCP ? socket : undefined;
  };
  /** The two that ask a socket; both end with ENOENT at the latest. */
  const checkOfSocket: Asking = (at, ipAddress, ipBytes, tcpAddress, tcpBytes) => {
    memory.within("bpf_tcp_check_syncookie", ipAddress, ipBytes);
    const tcp = memory.within("bpf_tcp_check_syncookie", tcpAddress, tcpBytes);
    if (tcpBytes < TCP_HEADER || listens(at) === undefined) return -ERRNO.EINVAL;
    const isAck = (memory.bytes[tcp + 13]! & (SYN | ACK | RST)) === ACK;
    return isAck && ipBytes < IPV4.bytes ? -ERRNO.EINVAL : -ERRNO.ENOENT;
  };
  const createOfSocket: Asking = (at, ipAddress, ipBytes, tcpAddress, tcpBytes) => {
    const ip = memory.within("bpf_tcp_gen_syncookie", ipAddress, ipBytes);
    const tcp = memory.within("bpf_tcp_gen_syncookie", tcpAddress, tcpBytes);
    if (tcpBytes < TCP_HEADER || tcpBytes !== headerBytes(tcp)) return -ERRNO.EINVAL;
    const socket = listens(at);
    const isSyn = (memory.bytes[tcp + 13]! & (SYN | ACK | FIN | RST)) === SYN;
    if (socket === undefined || !isSyn || ipBytes < IPV4.bytes) return -ERRNO.EINVAL;
    const version = memory.bytes[ip]! >> 4;
    if (version === 6) return ipBytes < IPV6.bytes || socket.family !== AF_INET6 ? -ERRNO.EINVAL : -ERRNO.ENOENT;
    return version === 4 ? -ERRNO.ENOENT : -ERRNO.EPROTONOSUPPORT;
  };
  return new Map([
    helper(100, "wwwww", "signed", checkOfSocket),
    helper(110, "wwwww", "signed", createOfSocket),
    helper(204, "www", "i64", create("bpf_tcp_raw_gen_syncookie_ipv4", IPV4)),
    helper(205, "www", "i64", create("bpf_tcp_raw_gen_syncookie_ipv6", IPV6)),
    helper(206, "ww", "signed", check("bpf_tcp_raw_check_syncookie_ipv4", IPV4)),
    helper(207, "ww", "signed", check("bpf_tcp_raw_check_syncookie_ipv6", IPV6)),
  ]);
};
