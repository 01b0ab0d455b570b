import type { SkbSocket } from "../../packet/skb.ts";

/** TCP_TIME_WAIT, TCP_NEW_SYN_RECV. */
const TIME_WAIT = 6;
const REQUEST = 12;
/** TCP_LISTEN */
export const LISTEN = 10;

/** Is there all of a socket, neither what is left of a connection nor a request for one (sk_fullsock)? */
export const isFull = ({ state }: SkbSocket): boolean => state !== TIME_WAIT && state !== REQUEST;

/** The socket that a request is of, or the socket itself; undefined where it is what is left of a connection (sk_to_full_sk). */
export const fullOf = (socket: SkbSocket): SkbSocket | undefined =>
  socket.state === REQUEST ? socket.listener : isFull(socket) ? socket : undefined;
