import type { Libc } from "../libc.ts";

/** Bytes of union bpf_attr that netsim fills; the kernel takes what it does not know as long as it is 0. */
const BYTES = 160;

/** A block of union bpf_attr (include/uapi/linux/bpf.h), little-endian as all machines that netsim calls bpf(2) on but s390x. */
export class Attributes {
  readonly bytes = Buffer.alloc(BYTES);
  private readonly libc: Libc;
  /** What the block points at must not be collected before the call. */
  private readonly held: Uint8Array[] = [];

  constructor(libc: Libc) {
    this.libc = libc;
  }

  /** Puts u32 values from an offset on. */
  words(offset: number, ...values: readonly number[]): this {
    for (const [i, value] of values.entries()) this.bytes.writeUInt32LE(value >>> 0, offset + 4 * i);
    return this;
  }

  wide(offset: number, value: number | bigint): this {
    this.bytes.writeBigUInt64LE(BigInt(value), offset);
    return this;
  }

  /** Puts the address of bytes; of undefined, the null pointer. */
  pointer(offset: number, to: Uint8Array | undefined): this {
    if (to === undefined) return this;
    this.held.push(to);
    this.bytes.writeBigUInt64LE(this.libc.address(to), offset);
    return this;
  }

  text(offset: number, text: string, capacity: number): this {
    this.bytes.write(text.slice(0, capacity - 1), offset, "latin1");
    return this;
  }

  word(offset: number): number {
    return this.bytes.readUInt32LE(offset);
  }

  /** bpf(2): its result, or -errno. */
  call(command: number): number {
    const result = this.libc.bpf(command, this.bytes);
    return result < 0 ? -this.libc.errno() : result;
  }
}
