/** One program, what it is given and what it gives. */
export interface ConformanceCase {
  readonly name: string;
  /** In the assembler's language, any syntax. */
  readonly program: string;
  /** Bytes that R1 points at, in hexadecimal; R2 is their number. Absent: R1 and R2 are 0. */
  readonly memory?: string;
  /** R0 at the end: unsigned, 64 bits. */
  readonly want: bigint;
  /** The memory at the end, where the program changes it. */
  readonly wantMemory?: string;
  /** What Linux's verifier says of the program, where it refuses it. Called by another function, it has one frame less. */
  readonly refusedByLinux?: string;
}

/** Bytes of hexadecimal digits with any space between them. */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replace(/\s+/g, ""), "hex"));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
