import type { SegmentFields } from "./lab.ts";

/** A segment whose `seq` counts from the peer's first sequence number and whose `ack` counts from Linux's. */
export type Step = SegmentFields;

/** Segments, sent one after the other, each after what the one before it was answered by. */
export interface TcpCase {
  readonly name: string;
  /** The host connects to the peer first, sends so many bytes, and shuts its side down. */
  readonly opens?: number;
  readonly steps: readonly Step[];
  /** What each segment is answered by, within 80 ms, as `show` writes it; before that, what the host sends to connect. */
  readonly want: readonly (readonly string[])[];
  /** Bytes that the reader gets in all; absent: none. */
  readonly received?: number;
}

const MSS = [2, 4, 5, 180];
const SACK_PERMITTED = [4, 2, 1, 1];
const WINDOW_SCALE = [3, 3, 7, 1];
const timestamps = (value: number) => [8, 10, value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
const stamped = (value: number) => [1, 1, ...timestamps(value), 0, 0, 0, 0];
const ALL = [...MSS, 4, 2, ...timestamps(1000), 0, 0, 0, 0, 1, 3, 3, 7];

const SYN: Step = { flags: "S" };
const OPEN: Step[] = [SYN, { flags: "A", seq: 1, ack: 1 }];
/** With every option; the segments that follow need `options: stamped(...)`. */
const OPEN_ALL: Step[] = [
  { flags: "S", options: ALL },
  { flags: "A", seq: 1, ack: 1, options: stamped(1001) },
];
const CLOSED = { dport: 81 };

/** Ports whose listening sockets have a filter that returns this. */
export const FILTERS: Readonly<Record<string, number>> = {
  "8000": 0,
  "8001": 1,
  "8002": 20,
  "8003": 36,
  "8004": 0xffff_ffff,
};

const filtered = (port: string, want: TcpCase["want"], received?: number): TcpCase => {
  const dport = Number(port);
  return {
    name: `filter returns ${FILTERS[port]}`,
    steps: [
      { flags: "S", options: ALL, dport },
      { flags: "A", seq: 1, ack: 1, options: stamped(1001), dport },
      { flags: "PA", seq: 1, ack: 1, payload: 8, options: stamped(1002), dport },
      // What was cut off, as a sender would send it again.
      { flags: "PA", seq: 5, ack: 1, payload: 4, options: stamped(1003), dport },
      { flags: "FPA", seq: 9, ack: 1, payload: 8, options: stamped(1004), dport },
      { flags: "FPA", seq: 13, ack: 1, payload: 4, options: stamped(1005), dport },
    ],
    want,
    ...(received !== undefined && { received }),
  };
};

export const TCP_CASES: readonly TcpCase[] = [
  { name: "closed: SYN", steps: [{ ...SYN, ...CLOSED }], want: [["RA 0 ack 1"]] },
  { name: "closed: SYN with options", steps: [{ flags: "S", options: ALL, ...CLOSED }], want: [["RA 0 ack 1"]] },
  { name: "closed: SYN with data", steps: [{ flags: "S", payload: 10, ...CLOSED }], want: [["RA 0 ack 11"]] },
  { name: "closed: ACK", steps: [{ flags: "A", seq: 5, ack: 77, ...CLOSED }], want: [["R 77"]] },
  { name: "closed: data without ACK", steps: [{ flags: "", payload: 7, ...CLOSED }], want: [["RA 0 ack 7"]] },
  { name: "closed: FIN", steps: [{ flags: "F", ...CLOSED }], want: [["RA 0 ack 1"]] },
  { name: "closed: FIN+ACK", steps: [{ flags: "FA", ack: 9, ...CLOSED }], want: [["R 9"]] },
  { name: "closed: RST", steps: [{ flags: "R", ...CLOSED }], want: [[]] },
  { name: "closed: RST+ACK", steps: [{ flags: "RA", ack: 9, ...CLOSED }], want: [[]] },
  { name: "closed: bad checksum", steps: [{ ...SYN, badChecksum: true, ...CLOSED }], want: [[]] },
  { name: "closed: header shorter than one", steps: [{ ...SYN, headerLength: 16, ...CLOSED }], want: [[]] },
  { name: "closed: header longer than the segment", steps: [{ ...SYN, headerLength: 40, ...CLOSED }], want: [[]] },

  { name: "listen: SYN", steps: [SYN], want: [["SA 0 ack 1 window 64240 mss"]] },
  {
    name: "listen: SYN with all options",
    steps: [{ flags: "S", options: ALL }],
    want: [["SA 0 ack 1 window 65160 mss sack-permitted time scale"]],
  },
  { name: "listen: SYN with MSS", steps: [{ flags: "S", options: MSS }], want: [["SA 0 ack 1 window 64240 mss"]] },
  {
    name: "listen: SYN with SACK permitted",
    steps: [{ flags: "S", options: SACK_PERMITTED }],
    want: [["SA 0 ack 1 window 64240 mss sack-permitted"]],
  },
  {
    name: "listen: SYN with timestamps",
    steps: [{ flags: "S", options: stamped(5) }],
    want: [["SA 0 ack 1 window 65160 mss time"]],
  },
  {
    name: "listen: SYN with window scale",
    steps: [{ flags: "S", options: WINDOW_SCALE }],
    want: [["SA 0 ack 1 window 64240 mss scale"]],
  },
  {
    name: "listen: SYN with a malformed option",
    steps: [{ flags: "S", options: [2, 0, 1, 1, ...MSS] }],
    want: [["SA 0 ack 1 window 64240 mss"]],
  },
  {
    name: "listen: SYN with an option beyond the header",
    steps: [{ flags: "S", options: [...MSS, 8, 10, 0, 0] }],
    want: [["SA 0 ack 1 window 64240 mss"]],
  },
  { name: "listen: SYN with data", steps: [{ flags: "S", payload: 20 }], want: [["SA 0 ack 1 window 64240 mss"]] },
  { name: "listen: SYN+PSH", steps: [{ flags: "SP" }], want: [["SA 0 ack 1 window 64240 mss"]] },
  { name: "listen: ACK", steps: [{ flags: "A", seq: 3, ack: 50 }], want: [["R 50"]] },
  { name: "listen: SYN+ACK", steps: [{ flags: "SA", seq: 3, ack: 50 }], want: [["R 50"]] },
  { name: "listen: FIN", steps: [{ flags: "F" }], want: [[]] },
  { name: "listen: SYN+FIN", steps: [{ flags: "SF" }], want: [[]] },
  { name: "listen: SYN+RST", steps: [{ flags: "SR" }], want: [[]] },
  { name: "listen: RST", steps: [{ flags: "R" }], want: [[]] },
  { name: "listen: RST+ACK", steps: [{ flags: "RA", ack: 4 }], want: [[]] },
  { name: "listen: no flags", steps: [{ flags: "", payload: 4 }], want: [[]] },
  { name: "listen: bad checksum", steps: [{ ...SYN, badChecksum: true }], want: [[]] },

  {
    name: "request: the SYN again",
    steps: [SYN, SYN],
    want: [["SA 0 ack 1 window 64240 mss"], ["SA 0 ack 1 window 64240 mss"]],
  },
  {
    name: "request: another SYN below the window",
    steps: [SYN, { flags: "S", seq: -500 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["A 1 ack 1"]],
  },
  {
    name: "request: another SYN in the window",
    steps: [SYN, { flags: "S", seq: 500 }, { flags: "A", seq: 1, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["RA 0 ack 501"], ["R 1"]],
  },
  {
    name: "request: wrong ACK",
    steps: [SYN, { flags: "A", seq: 1, ack: 2 }, { flags: "A", seq: 1, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["R 2"], []],
  },
  {
    name: "request: RST",
    steps: [SYN, { flags: "R", seq: 1 }, { flags: "A", seq: 1, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["R 1"]],
  },
  {
    name: "request: RST in the window",
    steps: [SYN, { flags: "R", seq: 100 }, { flags: "A", seq: 1, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["A 1 ack 1"], []],
  },
  {
    name: "request: RST outside the window",
    steps: [SYN, { flags: "R", seq: -9 }, { flags: "A", seq: 1, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], []],
  },
  {
    name: "request: ACK outside the window",
    steps: [SYN, { flags: "A", seq: -9, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["A 1 ack 1"]],
  },
  {
    name: "request: no ACK",
    steps: [SYN, { flags: "P", seq: 1, payload: 4 }, { flags: "A", seq: 1, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], []],
  },
  {
    name: "request: ACK with data",
    steps: [SYN, { flags: "PA", seq: 1, ack: 1, payload: 100 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["A 1 ack 101"]],
    received: 100,
  },
  {
    name: "request: ACK with data further on",
    steps: [SYN, { flags: "PA", seq: 101, ack: 1, payload: 100 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["A 1 ack 1"]],
  },
  {
    name: "request: two RSTs in the window",
    steps: [SYN, { flags: "R", seq: 100 }, { flags: "R", seq: 200 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["A 1 ack 1"], []],
  },
  {
    name: "request: RST+ACK in the window",
    steps: [SYN, { flags: "RA", seq: 100, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["A 1 ack 1"]],
  },
  {
    name: "request: SYN+ACK in the window",
    steps: [SYN, { flags: "SA", seq: 100, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["R 1"]],
  },
  {
    name: "request: the SYN again with ACK",
    steps: [SYN, { flags: "SA", seq: 0, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["A 1 ack 1"]],
  },
  {
    name: "request: the SYN again with RST",
    steps: [SYN, { flags: "SR", seq: 0 }, { flags: "A", seq: 1, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], []],
  },
  {
    name: "request: the SYN again with FIN",
    steps: [SYN, { flags: "SF", seq: 0 }, { flags: "A", seq: 1, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], ["SA 0 ack 1 window 64240 mss"], []],
  },
  {
    name: "request: old timestamp",
    steps: [
      { flags: "S", options: ALL },
      { flags: "A", seq: 1, ack: 1, options: stamped(900) },
    ],
    want: [["SA 0 ack 1 window 65160 mss sack-permitted time scale"], ["A 1 ack 1 time"]],
  },

  {
    name: "open: data",
    steps: [...OPEN, { flags: "PA", seq: 1, ack: 1, payload: 100 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 101"]],
    received: 100,
  },
  {
    name: "open: data without PSH, twice",
    steps: [...OPEN, { flags: "A", seq: 1, ack: 1, payload: 1000 }, { flags: "A", seq: 1001, ack: 1, payload: 1000 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1001"], ["A 1 ack 2001"]],
    received: 2000,
  },
  {
    name: "open: the same data again",
    steps: [...OPEN, { flags: "PA", seq: 1, ack: 1, payload: 100 }, { flags: "PA", seq: 1, ack: 1, payload: 100 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 101"], ["A 1 ack 101"]],
    received: 100,
  },
  {
    name: "open: overlapping data",
    steps: [...OPEN, { flags: "PA", seq: 1, ack: 1, payload: 100 }, { flags: "PA", seq: 51, ack: 1, payload: 100 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 101"], ["A 1 ack 151"]],
    received: 150,
  },
  {
    name: "open: out of order, then the hole",
    steps: [
      ...OPEN,
      { flags: "PA", seq: 101, ack: 1, payload: 100 },
      { flags: "PA", seq: 301, ack: 1, payload: 100 },
      { flags: "PA", seq: 1, ack: 1, payload: 100 },
      { flags: "PA", seq: 201, ack: 1, payload: 100 },
    ],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"], ["A 1 ack 1"], ["A 1 ack 201"], ["A 1 ack 401"]],
    received: 400,
  },
  {
    name: "open: out of order with SACK",
    steps: [
      ...OPEN_ALL,
      { flags: "PA", seq: 101, ack: 1, payload: 100, options: stamped(1002) },
      { flags: "PA", seq: 301, ack: 1, payload: 100, options: stamped(1003) },
      { flags: "PA", seq: 501, ack: 1, payload: 100, options: stamped(1004) },
      { flags: "PA", seq: 301, ack: 1, payload: 100, options: stamped(1005) },
      { flags: "PA", seq: 401, ack: 1, payload: 100, options: stamped(1006) },
      { flags: "PA", seq: 1, ack: 1, payload: 150, options: stamped(1007) },
      { flags: "PA", seq: 201, ack: 1, payload: 100, options: stamped(1008) },
    ],
    want: [
      ["SA 0 ack 1 window 65160 mss sack-permitted time scale"],
      [],
      ["A 1 ack 1 time sack 101-201"],
      ["A 1 ack 1 time sack 301-401 101-201"],
      ["A 1 ack 1 time sack 501-601 301-401 101-201"],
      ["A 1 ack 1 time sack 301-401 301-401 501-601"],
      ["A 1 ack 1 time sack 301-601 101-201"],
      ["A 1 ack 201 time sack 101-151 301-601"],
      ["A 1 ack 601 time"],
    ],
    received: 600,
  },
  {
    name: "open: queued segments that overlap",
    steps: [
      ...OPEN_ALL,
      { flags: "PA", seq: 101, ack: 1, payload: 100, options: stamped(1002) },
      { flags: "PA", seq: 151, ack: 1, payload: 100, options: stamped(1003) },
      { flags: "PA", seq: 101, ack: 1, payload: 300, options: stamped(1004) },
      { flags: "PA", seq: 51, ack: 1, payload: 400, options: stamped(1005) },
      { flags: "PA", seq: 1, ack: 1, payload: 50, options: stamped(1006) },
    ],
    want: [
      ["SA 0 ack 1 window 65160 mss sack-permitted time scale"],
      [],
      ["A 1 ack 1 time sack 101-201"],
      ["A 1 ack 1 time sack 151-201 101-251"],
      ["A 1 ack 1 time sack 101-251 101-401"],
      ["A 1 ack 1 time sack 101-401 51-451"],
      ["A 1 ack 451 time"],
    ],
    received: 450,
  },
  {
    name: "open: a duplicate with SACK",
    steps: [
      ...OPEN_ALL,
      { flags: "PA", seq: 1, ack: 1, payload: 100, options: stamped(1002) },
      { flags: "PA", seq: 1, ack: 1, payload: 100, options: stamped(1003) },
      { flags: "PA", seq: 51, ack: 1, payload: 100, options: stamped(1004) },
    ],
    want: [
      ["SA 0 ack 1 window 65160 mss sack-permitted time scale"],
      [],
      ["A 1 ack 101 time"],
      ["A 1 ack 101 time sack 1-101"],
      ["A 1 ack 151 time sack 51-101"],
    ],
    received: 150,
  },
  {
    name: "open: data far beyond the window",
    steps: [...OPEN, { flags: "PA", seq: 200_000, ack: 1, payload: 10 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"]],
  },
  {
    name: "open: data across the window's end",
    steps: [...OPEN, { flags: "PA", seq: 64_200, ack: 1, payload: 400 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"]],
  },
  {
    name: "open: data far before the window",
    steps: [...OPEN, { flags: "PA", seq: -5000, ack: 1, payload: 10 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"]],
  },
  {
    name: "open: an empty segment just before the window",
    steps: [...OPEN, { flags: "A", seq: 0, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"]],
  },
  {
    name: "open: two of them",
    steps: [...OPEN, { flags: "A", seq: 0, ack: 1 }, { flags: "A", seq: 0, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"], []],
  },
  {
    name: "open: ACK of what was not sent",
    steps: [...OPEN, { flags: "A", seq: 1, ack: 500 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"]],
  },
  {
    name: "open: data with an ACK of what was not sent",
    steps: [...OPEN, { flags: "PA", seq: 1, ack: 500, payload: 5 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"]],
  },
  {
    name: "open: ACK from before",
    steps: [...OPEN, { flags: "PA", seq: 1, ack: 0, payload: 5 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"]],
  },
  {
    name: "open: no ACK",
    steps: [...OPEN, { flags: "P", seq: 1, payload: 5 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], []],
  },
  {
    name: "open: SYN in the window",
    steps: [...OPEN, { flags: "S", seq: 100 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"]],
  },
  {
    name: "open: SYN below the window",
    steps: [...OPEN, { flags: "S", seq: -100 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"]],
  },
  {
    name: "open: SYN+ACK",
    steps: [...OPEN, { flags: "SA", seq: 0, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"]],
  },
  {
    name: "open: two challenges in half a second",
    steps: [...OPEN, { flags: "S", seq: 100 }, { flags: "R", seq: 100 }, { flags: "A", seq: 1, ack: 700 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"], [], []],
  },
  {
    name: "open: RST",
    steps: [...OPEN, { flags: "R", seq: 1 }, { flags: "A", seq: 1, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], [], ["R 1"]],
  },
  {
    name: "open: RST in the window",
    steps: [...OPEN, { flags: "R", seq: 2 }, { flags: "PA", seq: 1, ack: 1, payload: 3 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"], ["A 1 ack 4"]],
    received: 3,
  },
  {
    name: "open: RST below the window",
    steps: [...OPEN, { flags: "R", seq: 0 }, { flags: "PA", seq: 1, ack: 1, payload: 3 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], [], ["A 1 ack 4"]],
    received: 3,
  },
  {
    name: "open: RST at the right edge of a SACK block",
    steps: [
      ...OPEN_ALL,
      { flags: "PA", seq: 101, ack: 1, payload: 100, options: stamped(1002) },
      { flags: "R", seq: 201 },
      { flags: "A", seq: 1, ack: 1, options: stamped(1003) },
    ],
    want: [["SA 0 ack 1 window 65160 mss sack-permitted time scale"], [], ["A 1 ack 1 time sack 101-201"], [], ["R 1"]],
  },
  {
    name: "open: FIN",
    steps: [...OPEN, { flags: "FA", seq: 1, ack: 1 }, { flags: "A", seq: 2, ack: 2 }, { flags: "A", seq: 2, ack: 2 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["FA 1 ack 2"], [], ["R 2"]],
  },
  {
    name: "open: FIN with data",
    steps: [...OPEN, { flags: "FPA", seq: 1, ack: 1, payload: 30 }, { flags: "A", seq: 32, ack: 2 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["FA 1 ack 32"], []],
    received: 30,
  },
  {
    name: "open: FIN out of order",
    steps: [
      ...OPEN,
      { flags: "FA", seq: 101, ack: 1 },
      { flags: "PA", seq: 1, ack: 1, payload: 100 },
      { flags: "A", seq: 102, ack: 2 },
    ],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["A 1 ack 1"], ["A 1 ack 102", "FA 1 ack 102"], []],
    received: 100,
  },
  {
    name: "closing: the FIN again",
    steps: [...OPEN, { flags: "FA", seq: 1, ack: 1 }, { flags: "FA", seq: 1, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["FA 1 ack 2"], ["A 2 ack 2"]],
  },
  {
    name: "closing: data behind the FIN",
    steps: [...OPEN, { flags: "FA", seq: 1, ack: 1 }, { flags: "PA", seq: 2, ack: 1, payload: 5 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["FA 1 ack 2"], []],
  },
  {
    name: "closing: data across the FIN",
    steps: [...OPEN, { flags: "FA", seq: 1, ack: 1 }, { flags: "PA", seq: 1, ack: 1, payload: 5 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["FA 1 ack 2"], ["R 1"]],
  },
  {
    name: "closing: RST with the FIN's number",
    steps: [...OPEN, { flags: "FA", seq: 1, ack: 1 }, { flags: "R", seq: 1 }, { flags: "A", seq: 2, ack: 1 }],
    want: [["SA 0 ack 1 window 64240 mss"], [], ["FA 1 ack 2"], [], ["R 1"]],
  },
  {
    name: "timestamps: data with an old one",
    steps: [
      ...OPEN_ALL,
      { flags: "PA", seq: 1, ack: 1, payload: 10, options: stamped(2000) },
      { flags: "PA", seq: 11, ack: 1, payload: 10, options: stamped(1500) },
      { flags: "A", seq: 11, ack: 1, options: stamped(1999) },
      { flags: "A", seq: 1, ack: 1, options: stamped(1500) },
      { flags: "R", seq: 11, options: stamped(1500) },
      { flags: "A", seq: 11, ack: 1, options: stamped(2001) },
    ],
    want: [
      ["SA 0 ack 1 window 65160 mss sack-permitted time scale"],
      [],
      ["A 1 ack 11 time"],
      ["A 1 ack 11 time"],
      [],
      [],
      [],
      ["R 1"],
    ],
    received: 10,
  },
  {
    name: "timestamps: none on an ordinary segment",
    steps: [...OPEN_ALL, { flags: "PA", seq: 1, ack: 1, payload: 10 }],
    want: [["SA 0 ack 1 window 65160 mss sack-permitted time scale"], [], ["A 1 ack 11 time"]],
    received: 10,
  },
  filtered("8000", [[], [], [], [], [], []]),
  filtered("8001", [
    ["SA 0 ack 1 window 65160 mss sack-permitted time scale"],
    [],
    [],
    [],
    ["A 1 ack 1 time sack 9-10"],
    ["A 1 ack 1 time sack 13-14 9-10"],
  ]),
  filtered("8002", [
    ["SA 0 ack 1 window 65160 mss sack-permitted time scale"],
    [],
    [],
    [],
    ["A 1 ack 1 time sack 9-10"],
    ["A 1 ack 1 time sack 13-14 9-10"],
  ]),
  filtered(
    "8003",
    [
      ["SA 0 ack 1 window 65160 mss sack-permitted time scale"],
      [],
      ["A 1 ack 5 time"],
      ["A 1 ack 9 time"],
      ["FA 1 ack 14 time"],
      ["R 1"],
    ],
    12,
  ),
  filtered(
    "8004",
    [
      ["SA 0 ack 1 window 65160 mss sack-permitted time scale"],
      [],
      ["A 1 ack 9 time"],
      ["A 1 ack 9 time sack 5-9"],
      ["FA 1 ack 18 time"],
      ["A 2 ack 18 time sack 13-18"],
    ],
    16,
  ),

  {
    name: "opening: SYN+ACK, data, FIN",
    opens: 100,
    steps: [
      { flags: "SA", seq: 0, ack: 1 },
      { flags: "A", seq: 1, ack: 102 },
      { flags: "FA", seq: 1, ack: 102 },
      { flags: "FA", seq: 1, ack: 102 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 100", "FA 101 ack 1"],
      [],
      ["A 102 ack 2"],
      ["A 102 ack 2"],
    ],
  },
  {
    name: "opening: SYN+ACK of something else",
    opens: 100,
    steps: [
      { flags: "SA", seq: 0, ack: 2 },
      { flags: "SA", seq: 0, ack: 1 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["R 2", "S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 100", "FA 101 ack 1"],
    ],
  },
  {
    name: "opening: ACK of something else",
    opens: 100,
    steps: [{ flags: "A", seq: 0, ack: 0 }],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["R 0", "S 0 window 64240 mss sack-permitted time scale"],
    ],
  },
  {
    name: "opening: ACK alone",
    opens: 100,
    steps: [{ flags: "A", seq: 0, ack: 1 }],
    want: [["S 0 window 64240 mss sack-permitted time scale"], []],
  },
  {
    name: "opening: RST+ACK",
    opens: 100,
    steps: [
      { flags: "RA", seq: 0, ack: 1 },
      { flags: "SA", seq: 0, ack: 1 },
    ],
    want: [["S 0 window 64240 mss sack-permitted time scale"], [], ["R 1"]],
  },
  {
    name: "opening: RST+ACK of something else",
    opens: 100,
    steps: [
      { flags: "RA", seq: 0, ack: 7 },
      { flags: "SA", seq: 0, ack: 1 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 100", "FA 101 ack 1"],
    ],
  },
  {
    name: "opening: RST alone",
    opens: 100,
    steps: [{ flags: "R", seq: 0 }],
    want: [["S 0 window 64240 mss sack-permitted time scale"], []],
  },
  {
    name: "opening: FIN alone",
    opens: 100,
    steps: [{ flags: "F", seq: 0 }],
    want: [["S 0 window 64240 mss sack-permitted time scale"], []],
  },
  {
    name: "opening: SYN+ACK with RST",
    opens: 100,
    steps: [
      { flags: "SRA", seq: 0, ack: 1 },
      { flags: "SA", seq: 0, ack: 1 },
    ],
    want: [["S 0 window 64240 mss sack-permitted time scale"], [], ["R 1"]],
  },
  {
    name: "opening: SYN+ACK with FIN",
    opens: 100,
    steps: [{ flags: "SFA", seq: 0, ack: 1 }],
    want: [["S 0 window 64240 mss sack-permitted time scale"], ["A 1 ack 1", "A 1 ack 1 length 100", "FA 101 ack 1"]],
  },
  {
    name: "opening: SYN+ACK with data",
    opens: 100,
    steps: [{ flags: "SA", seq: 0, ack: 1, payload: 20 }],
    want: [["S 0 window 64240 mss sack-permitted time scale"], ["A 1 ack 1", "A 1 ack 1 length 100", "FA 101 ack 1"]],
  },
  {
    name: "opening: SYNs cross",
    opens: 10,
    steps: [
      { flags: "S", seq: 0 },
      { flags: "SA", seq: 0, ack: 1 },
      { flags: "A", seq: 1, ack: 12 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["SA 0 ack 1 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 10", "FA 11 ack 1"],
      [],
    ],
  },
  {
    name: "opening: SYNs cross, then an ACK",
    opens: 10,
    steps: [
      { flags: "S", seq: 0 },
      { flags: "A", seq: 1, ack: 1 },
      { flags: "A", seq: 1, ack: 12 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["SA 0 ack 1 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1 length 10", "FA 11 ack 1"],
      [],
    ],
  },
  {
    name: "opening: SYNs cross, then an RST",
    opens: 10,
    steps: [
      { flags: "S", seq: 0 },
      { flags: "R", seq: 1 },
      { flags: "A", seq: 1, ack: 1 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["SA 0 ack 1 window 64240 mss sack-permitted time scale"],
      [],
      ["R 1"],
    ],
  },
  {
    name: "opening: SYNs cross, then a wrong ACK",
    opens: 10,
    steps: [
      { flags: "S", seq: 0 },
      { flags: "A", seq: 1, ack: 9 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["SA 0 ack 1 window 64240 mss sack-permitted time scale"],
      ["R 9"],
    ],
  },
  {
    name: "opening: FINs cross",
    opens: 10,
    steps: [
      { flags: "SA", seq: 0, ack: 1 },
      { flags: "FA", seq: 1, ack: 1 },
      { flags: "A", seq: 2, ack: 12 },
      { flags: "FA", seq: 1, ack: 12 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 10", "FA 11 ack 1"],
      ["A 12 ack 2"],
      [],
      ["A 12 ack 2"],
    ],
  },
  {
    name: "opening: FIN before all is acknowledged",
    opens: 10,
    steps: [
      { flags: "SA", seq: 0, ack: 1 },
      { flags: "A", seq: 1, ack: 6 },
      { flags: "FA", seq: 1, ack: 6 },
      { flags: "A", seq: 2, ack: 12 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 10", "FA 11 ack 1"],
      [],
      ["A 12 ack 2"],
      [],
    ],
  },
  {
    name: "opening: half open",
    opens: 10,
    steps: [
      { flags: "SA", seq: 0, ack: 1 },
      { flags: "A", seq: 1, ack: 12 },
      { flags: "PA", seq: 1, ack: 12, payload: 50 },
      { flags: "PA", seq: 101, ack: 12, payload: 50 },
      { flags: "FPA", seq: 51, ack: 12, payload: 50 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 10", "FA 11 ack 1"],
      [],
      ["A 12 ack 51"],
      ["A 12 ack 51"],
      ["A 12 ack 102"],
    ],
  },
  {
    name: "opening: RST while half open",
    opens: 10,
    steps: [
      { flags: "SA", seq: 0, ack: 1 },
      { flags: "A", seq: 1, ack: 12 },
      { flags: "R", seq: 1 },
      { flags: "A", seq: 1, ack: 12 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 10", "FA 11 ack 1"],
      [],
      [],
      ["R 12"],
    ],
  },
  {
    name: "opening: TIME-WAIT: bare ACK, old data, old SYN",
    opens: 0,
    steps: [
      { flags: "SA", seq: 0, ack: 1 },
      { flags: "FA", seq: 1, ack: 2 },
      { flags: "A", seq: 2, ack: 2 },
      { flags: "PA", seq: -10, ack: 2, payload: 5 },
      { flags: "S", seq: -100 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "FA 1 ack 1"],
      ["A 2 ack 2"],
      [],
      ["A 2 ack 2"],
      ["A 2 ack 2"],
    ],
  },
  {
    name: "opening: TIME-WAIT: new SYN that nobody takes",
    opens: 0,
    steps: [
      { flags: "SA", seq: 0, ack: 1 },
      { flags: "FA", seq: 1, ack: 2 },
      { flags: "S", seq: 9000 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "FA 1 ack 1"],
      ["A 2 ack 2"],
      ["A 2 ack 2"],
    ],
  },
  {
    name: "opening: TIME-WAIT: RST outside, then inside",
    opens: 0,
    steps: [
      { flags: "SA", seq: 0, ack: 1 },
      { flags: "FA", seq: 1, ack: 2 },
      { flags: "R", seq: 90 },
      { flags: "R", seq: 2 },
      { flags: "FA", seq: 1, ack: 2 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "FA 1 ack 1"],
      ["A 2 ack 2"],
      [],
      [],
      ["R 2"],
    ],
  },
  {
    name: "opening: no MSS option: 536 bytes",
    opens: 2000,
    steps: [
      { flags: "SA", seq: 0, ack: 1 },
      { flags: "A", seq: 1, ack: 2002 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      [
        "A 1 ack 1",
        "A 1 ack 1 length 536",
        "A 537 ack 1 length 536",
        "A 1073 ack 1 length 536",
        "A 1609 ack 1 length 392",
        "FA 2001 ack 1",
      ],
      [],
    ],
  },
  {
    name: "opening: slow start",
    opens: 24000,
    steps: [
      { flags: "SA", seq: 0, ack: 1, options: [2, 4, 3, 232] },
      { flags: "A", seq: 1, ack: 1001 },
      { flags: "A", seq: 1, ack: 3001 },
      { flags: "A", seq: 1, ack: 10001 },
      { flags: "A", seq: 1, ack: 20001 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      [
        "A 1 ack 1",
        "A 1 ack 1 length 1000",
        "A 1001 ack 1 length 1000",
        "A 2001 ack 1 length 1000",
        "A 3001 ack 1 length 1000",
        "A 4001 ack 1 length 1000",
        "A 5001 ack 1 length 1000",
        "A 6001 ack 1 length 1000",
        "A 7001 ack 1 length 1000",
        "A 8001 ack 1 length 1000",
        "A 9001 ack 1 length 1000",
      ],
      ["A 10001 ack 1 length 1000", "A 11001 ack 1 length 1000"],
      [
        "A 12001 ack 1 length 1000",
        "A 13001 ack 1 length 1000",
        "A 14001 ack 1 length 1000",
        "A 15001 ack 1 length 1000",
      ],
      [
        "A 16001 ack 1 length 1000",
        "A 17001 ack 1 length 1000",
        "A 18001 ack 1 length 1000",
        "A 19001 ack 1 length 1000",
        "A 20001 ack 1 length 1000",
        "A 21001 ack 1 length 1000",
        "A 22001 ack 1 length 1000",
        "FA 23001 ack 1 length 1000",
      ],
      [],
    ],
  },
  {
    name: "opening: three duplicates, one segment lost",
    opens: 20000,
    steps: [
      { flags: "SA", seq: 0, ack: 1, options: [2, 4, 3, 232] },
      { flags: "A", seq: 1, ack: 1001 },
      { flags: "A", seq: 1, ack: 1001 },
      { flags: "A", seq: 1, ack: 1001 },
      { flags: "A", seq: 1, ack: 1001 },
      { flags: "A", seq: 1, ack: 1001 },
      { flags: "A", seq: 1, ack: 1001 },
      { flags: "A", seq: 1, ack: 12001 },
      { flags: "A", seq: 1, ack: 20002 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      [
        "A 1 ack 1",
        "A 1 ack 1 length 1000",
        "A 1001 ack 1 length 1000",
        "A 2001 ack 1 length 1000",
        "A 3001 ack 1 length 1000",
        "A 4001 ack 1 length 1000",
        "A 5001 ack 1 length 1000",
        "A 6001 ack 1 length 1000",
        "A 7001 ack 1 length 1000",
        "A 8001 ack 1 length 1000",
        "A 9001 ack 1 length 1000",
      ],
      ["A 10001 ack 1 length 1000", "A 11001 ack 1 length 1000"],
      ["A 12001 ack 1 length 1000"],
      ["A 13001 ack 1 length 1000"],
      ["A 1001 ack 1 length 1000"],
      [],
      ["A 14001 ack 1 length 1000"],
      ["A 12001 ack 1 length 1000", "A 15001 ack 1 length 1000", "A 16001 ack 1 length 1000"],
      ["A 17001 ack 1"],
    ],
  },
  {
    name: "opening: three duplicates, two segments lost",
    opens: 20000,
    steps: [
      { flags: "SA", seq: 0, ack: 1, options: [2, 4, 3, 232] },
      { flags: "A", seq: 1, ack: 2001 },
      { flags: "A", seq: 1, ack: 2001 },
      { flags: "A", seq: 1, ack: 2001 },
      { flags: "A", seq: 1, ack: 2001 },
      { flags: "A", seq: 1, ack: 2001 },
      { flags: "A", seq: 1, ack: 5001 },
      { flags: "A", seq: 1, ack: 13001 },
      { flags: "A", seq: 1, ack: 15001 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      [
        "A 1 ack 1",
        "A 1 ack 1 length 1000",
        "A 1001 ack 1 length 1000",
        "A 2001 ack 1 length 1000",
        "A 3001 ack 1 length 1000",
        "A 4001 ack 1 length 1000",
        "A 5001 ack 1 length 1000",
        "A 6001 ack 1 length 1000",
        "A 7001 ack 1 length 1000",
        "A 8001 ack 1 length 1000",
        "A 9001 ack 1 length 1000",
      ],
      [
        "A 10001 ack 1 length 1000",
        "A 11001 ack 1 length 1000",
        "A 12001 ack 1 length 1000",
        "A 13001 ack 1 length 1000",
      ],
      ["A 14001 ack 1 length 1000"],
      ["A 15001 ack 1 length 1000"],
      ["A 2001 ack 1 length 1000"],
      [],
      ["A 5001 ack 1 length 1000"],
      [
        "A 13001 ack 1 length 1000",
        "A 16001 ack 1 length 1000",
        "A 17001 ack 1 length 1000",
        "A 18001 ack 1 length 1000",
      ],
      ["A 15001 ack 1 length 1000", "FA 19001 ack 1 length 1000"],
    ],
  },
  {
    name: "opening: two duplicates only",
    opens: 20000,
    steps: [
      { flags: "SA", seq: 0, ack: 1, options: [2, 4, 3, 232] },
      { flags: "A", seq: 1, ack: 1001 },
      { flags: "A", seq: 1, ack: 1001 },
      { flags: "A", seq: 1, ack: 1001 },
      { flags: "A", seq: 1, ack: 4001 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      [
        "A 1 ack 1",
        "A 1 ack 1 length 1000",
        "A 1001 ack 1 length 1000",
        "A 2001 ack 1 length 1000",
        "A 3001 ack 1 length 1000",
        "A 4001 ack 1 length 1000",
        "A 5001 ack 1 length 1000",
        "A 6001 ack 1 length 1000",
        "A 7001 ack 1 length 1000",
        "A 8001 ack 1 length 1000",
        "A 9001 ack 1 length 1000",
      ],
      ["A 10001 ack 1 length 1000", "A 11001 ack 1 length 1000"],
      ["A 12001 ack 1 length 1000"],
      ["A 13001 ack 1 length 1000"],
      ["A 14001 ack 1 length 1000", "A 15001 ack 1 length 1000"],
    ],
  },
  {
    name: "opening: a small window",
    opens: 20000,
    steps: [
      { flags: "SA", seq: 0, ack: 1, options: [2, 4, 3, 232], window: 1500 },
      { flags: "A", seq: 1, ack: 751, window: 1500 },
      { flags: "A", seq: 1, ack: 1501, window: 3000 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 750", "A 751 ack 1 length 750"],
      ["A 1501 ack 1 length 750"],
      ["A 2251 ack 1 length 1000", "A 3251 ack 1 length 1000"],
    ],
  },
  {
    name: "opening: a window for two and a half segments",
    opens: 20000,
    steps: [
      { flags: "SA", seq: 0, ack: 1, options: [2, 4, 3, 232], window: 2500 },
      { flags: "A", seq: 1, ack: 1001, window: 2500 },
      { flags: "A", seq: 1, ack: 2001, window: 2500 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 1000", "A 1001 ack 1 length 1000"],
      ["A 2001 ack 1 length 1000"],
      ["A 3001 ack 1 length 1000"],
    ],
  },
  {
    name: "opening: a window that closes",
    opens: 5000,
    steps: [
      { flags: "SA", seq: 0, ack: 1, options: [2, 4, 3, 232], window: 2000 },
      { flags: "A", seq: 1, ack: 1001, window: 1000 },
      { flags: "A", seq: 1, ack: 2001, window: 0 },
      { flags: "A", seq: 1, ack: 2001, window: 3000 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 1000", "A 1001 ack 1 length 1000"],
      [],
      [],
      ["A 2001 ack 1 length 1000", "A 3001 ack 1 length 1000"],
    ],
  },
  {
    name: "opening: ACK within a segment",
    opens: 3000,
    steps: [
      { flags: "SA", seq: 0, ack: 1, options: [2, 4, 3, 232] },
      { flags: "A", seq: 1, ack: 501 },
      { flags: "A", seq: 1, ack: 1501 },
      { flags: "A", seq: 1, ack: 3002 },
    ],
    want: [
      ["S 0 window 64240 mss sack-permitted time scale"],
      ["A 1 ack 1", "A 1 ack 1 length 1000", "A 1001 ack 1 length 1000", "A 2001 ack 1 length 1000", "FA 3001 ack 1"],
      [],
      [],
      [],
    ],
  },
];
