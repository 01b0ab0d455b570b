import { BLOCK, CALL_CODE } from "./call-code.ts";

/** A system call of a child, by the number that its gate takes. */
export interface ChildCall {
  readonly nr: number;
  readonly args: readonly bigint[];
  /** `int80`: the entry of 32-bit programs. Default: `syscall`. */
  readonly gate?: "syscall" | "int80";
}

/** siginfo of a SIGSYS (struct siginfo, _sigsys). */
export interface CaughtSignal {
  readonly signal: number;
  readonly errno: number;
  readonly code: number;
  readonly callAddress: bigint;
  readonly syscall: number;
  readonly arch: number;
}

const HEADER = 256;
const CALL = 128;
const AT = { count: 0, done: 8, caught: 16, siginfo: 32 } as const;
const IN_CALL = { nr: 0, args: 8, result: 56, gate: 64 } as const;
const ARGUMENTS = 6;

/** The memory that a child and its parent share, as bytes: the code, the block of calls, and what their arguments point at. */
export class CallBlock {
  private readonly bytes: Buffer;
  private readonly address: bigint;
  private readonly calls: number;
  private free: number;

  /** @param bytes zeros. @param address where they will lie. @param calls how many there will be. */
  constructor(bytes: Buffer, address: bigint, calls: number) {
    this.bytes = bytes;
    this.address = address;
    this.calls = calls;
    this.free = BLOCK + HEADER + calls * CALL;
    if (this.free > bytes.length) throw new RangeError("the calls do not fit");
    this.bytes.set(CALL_CODE);
    this.bytes.writeBigUInt64LE(BigInt(calls), BLOCK + AT.count);
  }

  /** How many of the bytes say something. */
  get used(): number {
    return this.free;
  }

  /** Puts something down that arguments point at; gives its address. Throws a RangeError where there is no room for it. */
  put(data: Uint8Array): bigint {
    const at = (this.free + 15) & ~15;
    if (at + data.length > this.bytes.length) throw new RangeError("the calls' arguments do not fit");
    this.bytes.set(data, at);
    this.free = at + data.length;
    return this.address + BigInt(at);
  }

  setCall(index: number, { nr, args, gate }: ChildCall): void {
    const at = BLOCK + HEADER + index * CALL;
    this.bytes.writeBigUInt64LE(BigInt(nr >>> 0), at + IN_CALL.nr);
    for (let i = 0; i < ARGUMENTS; i++)
      this.bytes.writeBigUInt64LE(BigInt.asUintN(64, args[i] ?? 0n), at + IN_CALL.args + 8 * i);
    this.bytes.writeBigUInt64LE(gate === "int80" ? 1n : 0n, at + IN_CALL.gate);
  }

  /** How many calls have come back. */
  get done(): number {
    return Math.min(Number(this.bytes.readBigUInt64LE(BLOCK + AT.done)), this.calls);
  }

  /** What a call that has come back gave: negative numbers are errors. */
  result(index: number): bigint {
    return this.bytes.readBigInt64LE(BLOCK + HEADER + index * CALL + IN_CALL.result);
  }

  /** What the calls that were made have given. */
  results(): bigint[] {
    return Array.from({ length: this.done }, (_, i) => this.result(i));
  }

  caught(): CaughtSignal | undefined {
    const { bytes } = this;
    if (bytes.readBigUInt64LE(BLOCK + AT.caught) === 0n) return undefined;
    const at = BLOCK + AT.siginfo;
    return {
      signal: bytes.readInt32LE(at),
      errno: bytes.readInt32LE(at + 4),
      code: bytes.readInt32LE(at + 8),
      callAddress: bytes.readBigUInt64LE(at + 16),
      syscall: bytes.readInt32LE(at + 24),
      arch: bytes.readUInt32LE(at + 28),
    };
  }
}
