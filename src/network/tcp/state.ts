/** States of a connection (RFC 9293 section 3.3.2). LISTEN is a listener's, TIME-WAIT a `TimeWait`'s, so that neither is here. */
export type State =
  | "CLOSED"
  | "SYN-SENT"
  | "SYN-RECEIVED"
  | "ESTABLISHED"
  | "FIN-WAIT-1"
  | "FIN-WAIT-2"
  | "CLOSE-WAIT"
  | "CLOSING"
  | "LAST-ACK";
