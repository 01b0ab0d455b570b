import type { ByteStore } from "../bytestore.ts";
import { CaptureInput } from "./input.ts";
import { isPcapMagic, PcapReader } from "./pcap-reader.ts";
import { SECTION_HEADER } from "./pcapng-blocks.ts";
import { PcapngReader } from "./pcapng-reader.ts";
import type { CaptureReader } from "./reader.ts";

const MAGIC_SIZE = 4;

/** First bytes of packed files, as a big-endian number without its last `shift` bits, and what unpacks them. */
const PACKED = [
  { magic: 0x1f8b, shift: 16, name: "gzip", unpack: "gzip -dc" },
  { magic: 0x28b52ffd, shift: 0, name: "zstd", unpack: "zstd -dc" },
  { magic: 0xfd377a58, shift: 0, name: "xz", unpack: "xz -dc" },
  { magic: 0x425a68, shift: 8, name: "bzip2", unpack: "bzip2 -dc" },
  { magic: 0x04224d18, shift: 0, name: "lz4", unpack: "lz4 -dc" },
] as const;

/**
 * Opens a capture in pcap or pcapng format, whichever it is; "-" is standard input. The file is read as it comes, so
 * it may be a pipe. Throws a NetsimError: `file-unreadable`, or `bad-capture` if the file's header is not a capture's.
 * @param store the memory that packets are read to; whoever gives one looks for the packet's bytes there, since the
 * reader's own `bytes` goes stale when the memory grows. Absent: the reader has memory of its own.
 */
export function openCapture(file: string, store?: ByteStore): CaptureReader {
  const input = new CaptureInput(file, store);
  try {
    return readerFor(input);
  } catch (error) {
    input.close();
    throw error;
  }
}

function readerFor(input: CaptureInput): CaptureReader {
  const got = input.require(MAGIC_SIZE);
  if (got === 0) input.fail(`${input.file} is empty.`, "A capture without packets still has a file header.");
  if (got < MAGIC_SIZE) input.failCutShort("The magic number of the capture", MAGIC_SIZE, got);
  const magic = input.view.getUint32(input.at);
  if (magic === SECTION_HEADER) return new PcapngReader(input);
  if (isPcapMagic(magic) || isPcapMagic(input.view.getUint32(input.at, true))) return new PcapReader(input);
  for (const packed of PACKED)
    if (magic >>> packed.shift === packed.magic)
      input.fail(
        `${input.file} is compressed with ${packed.name}; captures are read uncompressed.`,
        `Unpack it first, or give - as the file and let \`${packed.unpack} ${input.file}\` write to standard input.`,
      );
  return input.fail(
    `${input.file} is not a capture: it begins with the bytes ${magic.toString(16).padStart(8, "0")}, not with the magic number of pcap or pcapng.`,
    "Other formats can be converted with editcap, which comes with Wireshark.",
  );
}
