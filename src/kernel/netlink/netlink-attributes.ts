/** NLA_F_NESTED */
const NESTED = 0x8000;
const TYPE_MASK = 0x3fff;
const HEADER = 4;

/** Attributes of a netlink message (struct nlattr), one after another on 4-byte boundaries. */
export class NetlinkAttributes {
  private readonly parts: Buffer[] = [];

  bytes(type: number, value: Uint8Array): this {
    const part = Buffer.alloc(align(HEADER + value.length));
    part.writeUInt16LE(HEADER + value.length, 0);
    part.writeUInt16LE(type, 2);
    part.set(value, HEADER);
    this.parts.push(part);
    return this;
  }

  /** With its terminating 0. */
  text(type: number, value: string): this {
    return this.bytes(type, Buffer.from(`${value}\0`, "latin1"));
  }

  short(type: number, value: number): this {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value);
    return this.bytes(type, bytes);
  }

  words(type: number, ...values: readonly number[]): this {
    return this.bytes(type, words(...values));
  }

  nested(type: number, inner: NetlinkAttributes): this {
    return this.bytes(type | NESTED, inner.encode());
  }

  encode(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** Values of 32 bits in the machine's order, which is little-endian on all machines that netsim knows bpf(2) of but s390x. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, 4 * i);
  return bytes;
}

/** Reads attributes by their types. */
export function readAttributes(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < HEADER || at + length > bytes.length) break;
    found.set(bytes.readUInt16LE(at + 2) & TYPE_MASK, bytes.subarray(at + HEADER, at + length));
    at += align(length);
  }
  return found;
}

export const align = (length: number): number => (length + 3) & ~3;
