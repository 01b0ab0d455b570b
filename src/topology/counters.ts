import type { Interface } from "../network/interface.ts";
import type { LinkDirection } from "../network/link.ts";
import type { SocketCounts } from "../network/socket/socket.ts";

/**
 * Counters that expectations can name, as a run's result has them.
 * Sockets: SocketCounts of network/socket. Interfaces: network/interface. Links: network/link, for each direction.
 * Run: its totals, which are those of network/ledger and simulation.
 */
export const COUNTERS = {
  socket: {
    seen: "Packets that came to the socket.",
    received: "Packets that reached its reader.",
    receivedBytes: "Bytes that reached its reader.",
    trimmed: "Received packets that a program had shortened.",
    dropped: "Packets that a program kept from it.",
  },
  interface: {
    sent: "Frames put on the wire.",
    sentBytes: "Bytes of these.",
    received: "Frames that came out of the wire.",
    receivedBytes: "Bytes of these.",
  },
  link: {
    sent: "Packets put on the wire.",
    sentBytes: "Bytes of these.",
    delivered: "Packets that arrived.",
    dropped: "Packets that the link dropped.",
    duplicated: "Packets that were sent twice.",
    corrupted: "Packets with a flipped bit.",
    inFlight: "Packets that wait or travel at the end.",
  },
  run: {
    created: "Packets put on the network by traffic entries and by hosts that answer.",
    copied: "Packets made out of another one by bridges and links.",
    delivered: "Packets that reached a consumer.",
    dropped: "Packets dropped, for any reason.",
    queued: "Packets on the wire or waiting for something at the end.",
    events: "Events that the run took.",
    time: "Simulated nanoseconds that the run took.",
  },
} as const satisfies {
  readonly socket: Readonly<Record<keyof SocketCounts, string>>;
  readonly interface: { readonly [counter in keyof Interface]?: string };
  readonly link: { readonly [counter in keyof LinkDirection]?: string };
  readonly run: Readonly<Record<string, string>>;
};
