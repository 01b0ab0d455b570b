/** Counters that expectations can name: members of a run's result, of a link's each direction. */
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
  class: {
    packets: "Packets that left it.",
    bytes: "Bytes of these.",
    dropped: "Packets that it had no room for.",
    overlimits: "How often it had to wait for its rate.",
    queued: "Packets that wait at the end.",
    queuedBytes: "Bytes of these.",
  },
  qdisc: {
    packets: "Packets that left it.",
    bytes: "Bytes of these.",
    dropped: "Packets that it dropped, those of its classes included.",
    overlimits: "How often it had to wait for a rate.",
    queued: "Packets that wait at the end.",
    queuedBytes: "Bytes of these.",
  },
  map: {
    entries: "Entries that the map holds at the end; of arrays those that are not zero.",
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
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;
