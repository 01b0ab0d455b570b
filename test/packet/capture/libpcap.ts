import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import koffi, { type LibraryHandle } from "koffi";

/** A packet as libpcap or a CaptureReader gives it, to be compared. */
export interface ReadPacket {
  readonly time: string;
  readonly length: number;
  readonly originalLength: number;
  readonly linkType: number;
  readonly bytes: string;
}

export interface ReadCapture {
  readonly packets: readonly ReadPacket[];
  /** What was wrong after them; undefined: the end was reached. */
  readonly error: string | undefined;
}

/** Seconds and nanoseconds as one exact number, so that it does not matter whether a fraction above 1 was carried. */
export function timeText(seconds: number | bigint, nanoseconds: number | bigint): string {
  return `${BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)}`;
}

const NANOSECOND_PRECISION = 1;
const ERROR_BUFFER_SIZE = 256;

/** The real libpcap, called in this process. */
export class Libpcap {
  readonly version: string;
  readonly #open: (file: string, precision: number, error: Buffer) => unknown;
  readonly #next: (pcap: unknown, header: [unknown], data: [unknown]) => number;
  readonly #linkType: (pcap: unknown) => number;
  readonly #error: (pcap: unknown) => string;
  readonly #close: (pcap: unknown) => void;

  private constructor(library: LibraryHandle) {
    this.version = library.func("str pcap_lib_version()")() as string;
    this.#open = library.func("void *pcap_open_offline_with_tstamp_precision(str, uint, void *)");
    this.#next = library.func("int pcap_next_ex(void *, _Out_ void **, _Out_ void **)");
    this.#linkType = library.func("int pcap_datalink(void *)");
    this.#error = library.func("str pcap_geterr(void *)");
    this.#close = library.func("void pcap_close(void *)");
  }

  /** Undefined where it is not installed. */
  static load(): Libpcap | undefined {
    if (process.platform !== "linux") return undefined;
    try {
      return new Libpcap(koffi.load("libpcap.so.0.8"));
    } catch {
      return undefined;
    }
  }

  read(file: string): ReadCapture {
    const magic = readFileSync(file).toString("hex", 0, 4);
    const message = Buffer.alloc(ERROR_BUFFER_SIZE);
    const pcap = this.#open(file, NANOSECOND_PRECISION, message);
    if (pcap === null) return { packets: [], error: message.toString("utf8", 0, message.indexOf(0)) };
    const packets: ReadPacket[] = [];
    const linkType = canonical(this.#linkType(pcap));
    const header: [unknown] = [null];
    const data: [unknown] = [null];
    let result = 0;
    for (;;) {
      result = this.#next(pcap, header, data);
      if (result !== 1) break;
      // struct pcap_pkthdr: seconds 8, fraction 8, captured length 4, original length 4.
      const head = new DataView((koffi.decode(header[0], "uint8_t", 24) as Uint8Array).slice().buffer);
      const length = head.getUint32(16, true);
      packets.push({
        time: timeOf(head.getBigInt64(0, true), head.getBigInt64(8, true), magic),
        length,
        originalLength: head.getUint32(20, true),
        linkType,
        bytes:
          length === 0 ? "" : Buffer.from(koffi.decode(data[0], "uint8_t", length) as Uint8Array).toString("latin1"),
      });
    }
    const error = result === -2 ? undefined : this.#error(pcap);
    this.#close(pcap);
    return { packets, error };
  }
}

/** Version 1.10 takes the two time fields of a pcap file in the host's byte order as signed, later ones do not. */
function timeOf(seconds: bigint, nanoseconds: bigint, magic: string): string {
  if (magic === "0a0d0d0a") return timeText(seconds, nanoseconds);
  const unit = magic === "a1b23c4d" || magic === "4d3cb2a1" ? 1n : 1000n;
  return timeText(BigInt.asUintN(32, seconds), BigInt.asUintN(32, nanoseconds / unit) * unit);
}

/** LINKTYPE_ for the DLT_ values that differ on Linux (pcap/dlt.h). */
function canonical(dlt: number): number {
  return { 11: 100, 12: 101, 15: 102, 16: 103, 19: 106 }[dlt] ?? dlt;
}
