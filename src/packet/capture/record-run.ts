/** Says which packets are wanted: anything but 0. As `CaptureReader` has the packet. */
export type WantsPacket = (bytes: Uint8Array, at: number, length: number, originalLength: number) => number;

/** Gets whole records of a pcap file, one or more behind each other, with the bytes that they lie in. */
export type KeepRecords = (bytes: Uint8Array, from: number, length: number) => void;

/** What the records of a pcap file may be, for them to be taken as they lie in the file. */
export interface PlainRecords {
  /** Captured bytes of the longest. */
  readonly longest: number;
  /** What their fractions of a second are below. */
  readonly unitsPerSecond: number;
}

const HEADER_SIZE = 16;

/** How far a look at records came. One object is used again and again. */
export interface RunProgress {
  /** Where the first record begins that was not looked at. */
  at: number;
  seen: number;
  kept: number;
}

/**
 * Looks at the little-endian records between `progress.at` and `end` and hands on those that are wanted, neighbours at once. Stops at the first record
 * that is not whole or not plain: too long, or with a fraction of more than a second.
 */
export function siftRecords(
  view: DataView,
  bytes: Uint8Array,
  end: number,
  { longest, unitsPerSecond }: PlainRecords,
  wants: WantsPacket,
  keep: KeepRecords,
  progress: RunProgress,
): void {
  let { at, seen, kept } = progress;
  let run = at;
  while (at + HEADER_SIZE <= end) {
    const captured = view.getUint32(at + 8, true);
    const next = at + HEADER_SIZE + captured;
    if (captured > longest || next > end || view.getUint32(at + 4, true) >= unitsPerSecond) break;
    seen++;
    if (wants(bytes, at + HEADER_SIZE, captured, view.getUint32(at + 12, true)) === 0) {
      if (run < at) keep(bytes, run, at - run);
      run = next;
    } else kept++;
    at = next;
  }
  if (run < at) keep(bytes, run, at - run);
  progress.at = at;
  progress.seen = seen;
  progress.kept = kept;
}
