import { FlowSyntaxError, type Piece } from "./syntax-error.ts";

/**
 * A number as strtoul(3) reads it with base 0: decimal, 0x hexadecimal, 0 octal, after spaces and a plus; undefined for
 * what is none.
 */
export function parseInteger(given: string): bigint | undefined {
  const text = given.replace(/^\s*\+?/, "");
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return BigInt(text);
  if (/^0[0-7]*$/.test(text)) return BigInt(text === "0" ? "0" : `0o${text.slice(1)}`);
  return /^[1-9]\d*$/.test(text) ? BigInt(text) : undefined;
}

/** A number of at most `bits` bits that ovs-ofctl calls `what`. */
export function unsigned(piece: Piece, what: string, bits: number): number {
  const value = parseInteger(piece.text);
  if (value === undefined || value >> BigInt(bits) !== 0n)
    throw new FlowSyntaxError(
      `invalid ${what} "${piece.text}"`,
      piece,
      `A number from 0 to ${((1n << BigInt(bits)) - 1n).toString()} is expected.`,
    );
  return Number(value);
}

/** A number of at most `bits` bits as ovs-ofctl reads those that may be wider than 16 bits. */
export function wideUnsigned(piece: Piece, bits: number): bigint {
  const value = parseInteger(piece.text);
  if (value === undefined || value >> BigInt(bits) !== 0n)
    throw new FlowSyntaxError(
      `invalid numeric format ${piece.text}`,
      piece,
      `A number of at most ${bits} bits is expected.`,
    );
  return value;
}

/** `0x5`, and `0` for nothing, as C prints %#x. */
export function hex(value: bigint | number): string {
  return value === 0n || value === 0 ? "0" : `0x${value.toString(16)}`;
}
