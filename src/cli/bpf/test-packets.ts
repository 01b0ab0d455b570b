import { existsSync } from "node:fs";
import type { TestPacket } from "../../bpf/test-run/context.ts";
import { fail } from "../../errors.ts";
import { LINKTYPE } from "../../packet/capture/link-type.ts";
import { openCapture } from "../../packet/capture/open-capture.ts";
import { parseHex } from "./program-file.ts";

const ETHERNET_HEADER = 14;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;

/** The packets that a program is run on. */
export type TestPackets = { readonly one: TestPacket } | { readonly capture: Iterable<TestPacket> };

/** What `--packet` names: a capture, or a packet in hexadecimal. Throws a NetsimError. */
export function testPackets(source: string | undefined): TestPackets {
  if (source === undefined) return { one: packet(new Uint8Array(64), LINKTYPE.ETHERNET) };
  if (source === "")
    fail("usage", "--packet is given nothing: a capture's name, or a packet in hexadecimal.", {
      hint: "Without --packet the program is run on 64 zero bytes.",
    });
  const isFile = source === "-" || existsSync(source);
  const bytes = isFile ? undefined : parseHex(source);
  if (bytes !== undefined) return { one: packet(bytes, LINKTYPE.ETHERNET) };
  if (!isFile) fail("usage", `--packet ${source} is neither a file nor an even number of hexadecimal digits.`);
  return { capture: packetsOf(source) };
}

function* packetsOf(file: string): Generator<TestPacket> {
  const reader = openCapture(file);
  try {
    while (reader.next()) yield packet(reader.bytes.subarray(reader.at, reader.at + reader.length), reader.linkType);
  } finally {
    reader.close();
  }
}

/** A packet as it is in the capture: a VLAN tag stays in its bytes. */
function packet(bytes: Uint8Array, linkType: number): TestPacket {
  if (linkType === LINKTYPE.ETHERNET && bytes.length >= ETHERNET_HEADER)
    return { bytes, protocol: (bytes[12]! << 8) | bytes[13]!, networkOffset: ETHERNET_HEADER };
  if (linkType === LINKTYPE.RAW && bytes.length > 0)
    return { bytes, protocol: bytes[0]! >> 4 === 6 ? IPV6 : IPV4, networkOffset: 0 };
  return { bytes, protocol: 0, networkOffset: 0 };
}
