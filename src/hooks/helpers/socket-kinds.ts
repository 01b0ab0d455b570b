const [AF_UNIX, AF_INET6] = [1, 10];
const [IPPROTO_TCP, IPPROTO_UDP] = [6, 17];
const SOCK_DGRAM = 2;
const [TCP_TIME_WAIT, TCP_NEW_SYN_RECV] = [6, 12];

/** What a socket says of itself. */
export interface KindOfSocket {
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  readonly state: number;
}

/** It is more than a remainder or a request (sk_fullsock). */
const isFull = ({ state }: KindOfSocket): boolean => state !== TCP_TIME_WAIT && state !== TCP_NEW_SYN_RECV;

/** Which sockets each of bpf_skc_to_* takes, by the helpers' numbers (net/core/filter.c). */
export const CASTS: ReadonlyMap<number, (socket: KindOfSocket) => boolean> = new Map([
  [136, (it) => isFull(it) && it.protocol === IPPROTO_TCP && it.family === AF_INET6],
  [137, (it) => isFull(it) && it.protocol === IPPROTO_TCP],
  [138, ({ protocol, state }) => protocol === IPPROTO_TCP && state === TCP_TIME_WAIT],
  [139, ({ protocol, state }) => protocol === IPPROTO_TCP && state === TCP_NEW_SYN_RECV],
  [140, (it) => isFull(it) && it.protocol === IPPROTO_UDP && it.type === SOCK_DGRAM && it.family === AF_INET6],
  [178, (it) => isFull(it) && it.family === AF_UNIX],
  // No connection is MPTCP's.
  [196, () => false],
]);
