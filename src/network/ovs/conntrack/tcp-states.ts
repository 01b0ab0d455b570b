/**
 * The states of a tracked TCP connection and the way between them (net/netfilter/nf_conntrack_proto_tcp.c): what a segment of
 * each kind makes of each state, for the direction of the first segment and for the other. Sequence numbers are not watched,
 * as with nf_conntrack_tcp_be_liberal.
 */
const STATES = [
  "none",
  "syn-sent",
  "syn-recv",
  "established",
  "fin-wait",
  "close-wait",
  "last-ack",
  "time-wait",
  "close",
  "syn-sent2",
] as const;
export type TcpState = (typeof STATES)[number];

/** Instead of a state: the segment changes nothing; it does not belong to the connection. */
export const IGNORED = -1;
export const INVALID = -2;

/** A letter for each state, in their order; `.` ignored, `-` invalid. */
const LETTERS = "nsrefcltxS";

/** For SYN, SYN with ACK, FIN, ACK, RST, and none of these: the new state by the old one. */
const TRANSITIONS: readonly (readonly string[])[] = [
  ["ss.....ssS", "--r------r", "--ffllltx-", "e-eeccttx-", "-xxxxxxxxx", "----------"],
  ["-S-----s-S", "-r.......r", "--ffllltx-", "-.reccttx.", "-xxxxxxxxx", "----------"],
];

const SECONDS = 1e9;
/** How long a connection in each state is remembered without a packet, in nanoseconds. */
const TIMEOUTS: Readonly<Record<TcpState, number>> = {
  none: 0,
  "syn-sent": 120 * SECONDS,
  "syn-recv": 60 * SECONDS,
  established: 5 * 86_400 * SECONDS,
  "fin-wait": 120 * SECONDS,
  "close-wait": 60 * SECONDS,
  "last-ack": 30 * SECONDS,
  "time-wait": 120 * SECONDS,
  close: 10 * SECONDS,
  "syn-sent2": 120 * SECONDS,
};

const NEXT: readonly (readonly Int8Array[])[] = TRANSITIONS.map((direction) =>
  direction.map((row) =>
    Int8Array.from(row, (letter) => (letter === "." ? IGNORED : letter === "-" ? INVALID : LETTERS.indexOf(letter))),
  ),
);

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

/** The state after a segment with those flags, or IGNORED or INVALID. */
export function nextTcpState(state: number, flags: number, isReply: boolean): number {
  const kind =
    (flags & RST) !== 0
      ? 4
      : (flags & SYN) !== 0
        ? (flags & ACK) !== 0
          ? 1
          : 0
        : (flags & FIN) !== 0
          ? 2
          : (flags & ACK) !== 0
            ? 3
            : 5;
  return NEXT[isReply ? 1 : 0]![kind]![state]!;
}

export function tcpStateNamed(name: TcpState): number {
  return STATES.indexOf(name);
}

export function tcpStateName(state: number): TcpState {
  return STATES[state]!;
}

export function tcpTimeout(state: number): number {
  return TIMEOUTS[STATES[state]!];
}

export function isReset(flags: number): boolean {
  return (flags & RST) !== 0;
}
