import type { ClassicPacket } from "../../../src/bpf/classic/packet.ts";

/** Address of the data in the memory of `packetOf`, behind some headroom. */
const DATA = 64;

/**
 * A packet of these bytes without a link-layer header, a device or any metadata, as a UNIX socket receives it; `fields`
 * say otherwise. Positions in `fields` are addresses: the data begins at 64.
 */
export function packetOf(content: ArrayLike<number>, fields: Partial<ClassicPacket> = {}): ClassicPacket {
  const bytes = new Uint8Array(DATA + content.length + 16).fill(0xee);
  bytes.set(content, DATA);
  return {
    bytes,
    data: DATA,
    length: content.length,
    head: DATA,
    macHeader: -(2 ** 30),
    networkHeader: DATA,
    protocol: 0,
    pktType: 0,
    ifindex: 0,
    hatype: 0,
    mark: 0,
    queue: 0,
    hash: 0,
    cpu: 0,
    vlanTci: 0,
    vlanPresent: 0,
    vlanTpid: 0,
    payloadOffset: () => 0,
    random: () => 0,
    ...fields,
  };
}
