import type { ClassicPacket } from "./packet.ts";

/** Bytes of struct nlattr: length and type, 16 bits each in the byte order of the machine that made it, here little-endian. */
const HEADER = 4;
/** NLA_TYPE_MASK: the upper two bits of the type are flags. */
const TYPE_MASK = 0x3fff;

/**
 * SKF_AD_NLATTR (bpf_skb_get_nlattr of net/core/filter.c): looks for an attribute of a type in the list that begins at
 * an offset of the packet. Both are unsigned. Returns the attribute's offset in the packet, 0 where there is none.
 */
export function findAttribute(packet: ClassicPacket, offset: number, type: number): number {
  if (!holdsHeader(packet, offset)) return 0;
  return find(packet, offset, packet.length - offset, type);
}

/** SKF_AD_NLATTR_NEST: the same inside the attribute that begins at `offset`. */
export function findNestedAttribute(packet: ClassicPacket, offset: number, type: number): number {
  if (!holdsHeader(packet, offset)) return 0;
  const size = attributeSize(packet, offset);
  if (!isAttribute(size, packet.length - offset)) return 0;
  return find(packet, offset + HEADER, size - HEADER, type);
}

function holdsHeader(packet: ClassicPacket, offset: number): boolean {
  return packet.length >= HEADER && offset <= packet.length - HEADER;
}

/** nla_find */
function find(packet: ClassicPacket, offset: number, remaining: number, type: number): number {
  while (remaining >= HEADER) {
    const size = attributeSize(packet, offset);
    if (!isAttribute(size, remaining)) return 0;
    if ((word(packet, offset + 2) & TYPE_MASK) === type) return offset;
    const aligned = (size + 3) & ~3;
    offset += aligned;
    remaining -= aligned;
  }
  return 0;
}

/** nla_ok */
function isAttribute(size: number, remaining: number): boolean {
  return size >= HEADER && size <= remaining;
}

function attributeSize(packet: ClassicPacket, offset: number): number {
  return word(packet, offset);
}

function word({ bytes, data }: ClassicPacket, offset: number): number {
  return bytes[data + offset]! | (bytes[data + offset + 1]! << 8);
}
