/** What a host's TCP has done so far. */
export interface TcpCounts {
  /** Connections that were begun from here. */
  opened: number;
  /** Connections that peers opened to a listening socket. */
  accepted: number;
  /** Connections, of both kinds, that reached ESTABLISHED. */
  established: number;
  /** Connections that ended as they should: both sides closed. */
  closed: number;
  /** Connections that an RST ended, whoever sent it. */
  reset: number;
  /** Connections given up: no answer, refused, no route, no port. */
  failed: number;
  /** Segments sent again. */
  retransmissions: number;
  /** RSTs sent. */
  resets: number;
}

export function noTcpCounts(): TcpCounts {
  return { opened: 0, accepted: 0, established: 0, closed: 0, reset: 0, failed: 0, retransmissions: 0, resets: 0 };
}
