import { formatIpv4, formatIpv6, formatMac } from "../address.ts";
import { get16, get32 } from "../wire.ts";

/** A stretch of bytes that is being read. Whoever reads has made sure with `has` that the bytes are there. */
export class View {
  private readonly bytes: Uint8Array;
  private readonly start: number;
  private readonly end: number;

  /** From the address `start` up to but not including `end`, as far as `bytes` reaches. */
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.start = start;
    this.end = Math.max(start, Math.min(end, bytes.length));
  }

  get length(): number {
    return this.end - this.start;
  }

  has(length: number): boolean {
    return this.length >= length;
  }

  u8(offset: number): number {
    return this.bytes[this.start + offset]!;
  }

  u16(offset: number): number {
    return get16(this.bytes, this.start + offset);
  }

  u32(offset: number): number {
    return get32(this.bytes, this.start + offset);
  }

  mac(offset: number): string {
    return formatMac(this.bytes, this.start + offset);
  }

  ipv4(offset: number): string {
    return formatIpv4(this.bytes, this.start + offset);
  }

  ipv6(offset: number): string {
    return formatIpv6(this.bytes, this.start + offset);
  }

  /** What follows the first `offset` bytes; empty where there are not so many. */
  from(offset: number): View {
    return new View(this.bytes, Math.min(this.start + offset, this.end), this.end);
  }

  /** The first `length` bytes, or all where there are fewer. */
  first(length: number): View {
    return new View(this.bytes, this.start, Math.min(this.start + length, this.end));
  }
}

/** How a line says that a header is not there in full. */
export function truncated(what: string, view: View, needed: number): string {
  return `${what} truncated (${view.length} of ${needed} bytes)`;
}

export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** Goes on with what an ethertype names. */
export type Follow = (ethertype: number, view: View) => string;
