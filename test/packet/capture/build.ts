/*
 * Captures byte by byte, written from the formats' descriptions and not with the code under test. Whatever a caller
 * does not give is right; lengths can be given to be wrong.
 */

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The number in `size` bytes. */
export function int(value: number | bigint, size: 1 | 2 | 4 | 8, little: boolean): Uint8Array {
  const bytes = Array.from({ length: size }, (_, i) =>
    Number((BigInt.asUintN(64, BigInt(value)) >> BigInt(8 * i)) & 255n),
  );
  return Uint8Array.from(little ? bytes : bytes.reverse());
}

export interface PcapRecord {
  readonly seconds?: number;
  /** Micro- or nanoseconds. */
  readonly fraction?: number;
  readonly captured?: number;
  readonly original?: number;
  readonly bytes: Uint8Array;
  /** What the Kuznetsov variant has after the lengths: 8 bytes. */
  readonly extra?: Uint8Array;
}

export interface PcapFile {
  readonly little?: boolean;
  readonly magic?: number;
  readonly version?: readonly [number, number];
  readonly snapshotLength?: number;
  readonly linkType?: number;
  /** Original length first, as before version 2.3. */
  readonly originalFirst?: boolean;
  readonly records?: readonly PcapRecord[];
}

export function pcap(file: PcapFile = {}): Uint8Array {
  return concat(...pcapParts(file));
}

/** The file header, and a part for each record. */
export function pcapParts(file: PcapFile): Uint8Array[] {
  const { little = true, magic = 0xa1b2c3d4, version = [2, 4], snapshotLength = 262_144, linkType = 1 } = file;
  const u16 = (value: number) => int(value, 2, little);
  const u32 = (value: number) => int(value, 4, little);
  const header = concat(
    u32(magic),
    u16(version[0]),
    u16(version[1]),
    u32(0),
    u32(0),
    u32(snapshotLength),
    u32(linkType),
  );
  const records = (file.records ?? []).map((record) => {
    const { seconds = 0, fraction = 0, bytes, captured = bytes.length, original = bytes.length } = record;
    const lengths = file.originalFirst ? [original, captured] : [captured, original];
    return concat(u32(seconds), u32(fraction), ...lengths.map(u32), record.extra ?? new Uint8Array(), bytes);
  });
  return [header, ...records];
}

export interface BlockLengths {
  readonly total?: number;
  readonly trailer?: number;
}

export function block(little: boolean, type: number, body: Uint8Array, lengths: BlockLengths = {}): Uint8Array {
  const padded = concat(body, new Uint8Array(-body.length & 3));
  const { total = padded.length + 12, trailer = total } = lengths;
  return concat(int(type, 4, little), int(total, 4, little), padded, int(trailer, 4, little));
}

export function section(
  little: boolean,
  version: readonly [number, number] = [1, 0],
  lengths?: BlockLengths,
): Uint8Array {
  const numbers = [
    int(0x1a2b3c4d, 4, little),
    int(version[0], 2, little),
    int(version[1], 2, little),
    int(-1, 8, little),
  ];
  return block(little, 0x0a0d0d0a, concat(...numbers), lengths);
}

export function option(little: boolean, code: number, value: Uint8Array, length = value.length): Uint8Array {
  return concat(int(code, 2, little), int(length, 2, little), value, new Uint8Array(-value.length & 3));
}

export function description(
  little: boolean,
  given: { linkType?: number; snapshotLength?: number; options?: Uint8Array } = {},
): Uint8Array {
  const { linkType = 1, snapshotLength = 262_144, options = new Uint8Array() } = given;
  return block(little, 1, concat(int(linkType, 2, little), int(0, 2, little), int(snapshotLength, 4, little), options));
}

export interface PcapngPacket {
  readonly interface?: number;
  readonly time?: bigint;
  readonly captured?: number;
  readonly original?: number;
  readonly bytes: Uint8Array;
  readonly options?: Uint8Array;
}

function packetBody(little: boolean, packet: PcapngPacket): Uint8Array {
  const { time = 0n, bytes, captured = bytes.length, original = bytes.length, options = new Uint8Array() } = packet;
  const numbers = [time >> 32n, time & 0xffffffffn, captured, original].map((value) => int(value, 4, little));
  return concat(...numbers, bytes, new Uint8Array(-bytes.length & 3), options);
}

export function enhancedPacket(little: boolean, packet: PcapngPacket, lengths?: BlockLengths): Uint8Array {
  return block(little, 6, concat(int(packet.interface ?? 0, 4, little), packetBody(little, packet)), lengths);
}

/** The obsolete Packet Block. */
export function oldPacket(little: boolean, packet: PcapngPacket): Uint8Array {
  const head = concat(int(packet.interface ?? 0, 2, little), int(7, 2, little));
  return block(little, 2, concat(head, packetBody(little, packet)));
}

export function simplePacket(little: boolean, bytes: Uint8Array, original = bytes.length): Uint8Array {
  return block(little, 3, concat(int(original, 4, little), bytes));
}

/** `length` bytes that differ from place to place. */
export function payload(length: number, first = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => first + i);
}
