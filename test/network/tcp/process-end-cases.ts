/** A process that a filter kills while it has a connection: what its side sends then, and upon what its peer does next. */
export interface ProcessEndCase {
  readonly name: string;
  /** Bytes that the peer has sent before, and whether the process has read them. */
  readonly sent: number;
  readonly isRead: boolean;
  /** The peer has shut its sending side down before. */
  readonly isShut: boolean;
  /** What the peer does afterwards. */
  readonly peer: "data" | "fin" | "nothing";
  /** Flags of the segments, those at once and those upon what the peer does. */
  readonly want: readonly [readonly string[], readonly string[]];
}

export const PROCESS_END_CASES: readonly ProcessEndCase[] = [
  { name: "nothing was sent", sent: 0, isRead: true, isShut: false, peer: "nothing", want: [["FA"], []] },
  {
    name: "nothing was sent, and the peer closes",
    sent: 0,
    isRead: true,
    isShut: false,
    peer: "fin",
    want: [["FA"], ["A"]],
  },
  { name: "all was read", sent: 8, isRead: true, isShut: false, peer: "fin", want: [["FA"], ["A"]] },
  {
    name: "all was read, and the peer goes on",
    sent: 8,
    isRead: true,
    isShut: false,
    peer: "data",
    want: [["FA"], ["R"]],
  },
  { name: "bytes were not read", sent: 8, isRead: false, isShut: false, peer: "nothing", want: [["RA"], []] },
  {
    name: "the peer had closed, and bytes were not read",
    sent: 8,
    isRead: false,
    isShut: true,
    peer: "nothing",
    want: [["RA"], []],
  },
];
