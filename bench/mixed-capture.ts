import { PcapWriter } from "../src/packet/capture/pcap-writer.ts";
import { encodePacket } from "../src/packet/describe/encode.ts";
import { parseDescription } from "../src/packet/describe/parse.ts";

/** Writes a capture: a third ssh, a third other TCP, a third UDP, 60 to 500 bytes. */
export function writeCapture(path: string, packets: number): void {
  const defaults = {
    ttl: 64,
    sourceMac: Uint8Array.of(2, 0, 0, 0, 0, 1),
    destinationMac: Uint8Array.of(2, 0, 0, 0, 0, 2),
    source4: Uint8Array.of(10, 0, 0, 1),
    destination4: Uint8Array.of(10, 0, 0, 2),
  };
  const frames = [22, 80, 53].flatMap((port) =>
    [0, 100, 400].map((length) => {
      const transport = port === 53 ? "udp" : "tcp";
      const { description } = parseDescription({ ether: {}, [transport]: { dport: port }, payload: { length } });
      return encodePacket(description!, defaults).bytes;
    }),
  );
  const writer = new PcapWriter(path, { linkType: 1, precision: "microsecond" });
  for (let i = 0; i < packets; i++) {
    const frame = frames[i % frames.length]!;
    writer.write(frame, 0, frame.length, frame.length, 1_700_000_000 + Math.floor(i / 100_000), (i % 100_000) * 10_000);
  }
  writer.close();
}
