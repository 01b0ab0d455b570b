import { nameOfLinkType } from "../bpf/filter/names/link-types.ts";
import { fail } from "../errors.ts";
import { type CapturePrecision, PcapWriter } from "../packet/capture/pcap-writer.ts";
import { PcapngWriter } from "../packet/capture/pcapng-writer.ts";
import type { CaptureReader } from "../packet/capture/reader.ts";
import type { KeepRecords } from "../packet/capture/record-run.ts";

/** Where packets go that a filter takes. */
export interface FilteredOutput {
  /** Writes the packet that was read last. */
  packet(reader: CaptureReader): void;
  /** Writes whole records of a pcap file; absent where they do not fit. */
  readonly records?: KeepRecords;
  /** Nobody reads standard output any more. */
  isUnread(): boolean;
  close(): void;
}

/** Creates the file: pcapng if its name ends so, else pcap, which holds one link type. */
export function filteredOutput(file: string, first: CaptureReader, precision: CapturePrecision): FilteredOutput {
  const { linkType, snapshotLength } = first;
  if (file.endsWith(".pcapng")) {
    const writer = new PcapngWriter(file, { precision });
    return {
      packet: ({ bytes, at, length, originalLength, seconds, nanoseconds, linkType: own }) =>
        writer.write(bytes, at, length, originalLength, seconds, nanoseconds, own),
      isUnread: () => writer.isUnread,
      close: () => writer.close(),
    };
  }
  const writer = new PcapWriter(file, {
    linkType,
    precision,
    ...(snapshotLength > 0 && { snapLength: snapshotLength }),
  });
  return {
    packet(reader) {
      if (reader.linkType !== linkType) failLinkType(reader, linkType);
      const { bytes, at, length, originalLength, seconds, nanoseconds } = reader;
      writer.write(bytes, at, length, originalLength, seconds, nanoseconds);
    },
    records: (bytes, from, length) => writer.writeRecords(bytes, from, length),
    isUnread: () => writer.isUnread,
    close: () => writer.close(),
  };
}

function failLinkType(reader: CaptureReader, first: number): never {
  const [here, before] = [reader.linkType, first].map(nameOfLinkType);
  return fail("unsupported", `Packet ${reader.index} is of link type ${here}, the first of ${before}.`, {
    place: { file: reader.file },
    hint: "A pcap file holds one link type. Write to a file whose name ends in .pcapng.",
  });
}
