import type { Span, TraceSource } from "./source.ts";
import { sizeOfType, type TraceType } from "./types.ts";

/** Bytes of a program's stack that one-liners may fill (MAX_BPF_STACK). */
const STACK = 512;

/** Where a value is: on the stack, from so many bytes below the frame's end on; or a number that is known. */
export type Operand =
  | { readonly type: TraceType; readonly at: number }
  | { readonly type: TraceType; readonly constant: bigint };

/** Code of one probe as it grows: lines in the kernel's syntax, labels, and the stack. R9 is the context throughout. */
export class Emitter {
  private readonly lines: string[] = ["r9 = r1"];
  private readonly source: TraceSource;
  private labels = 0;
  private readonly jumps = new Set<string>();
  /** Behind a jump that is always taken. */
  private isDead = false;
  private used = 0;

  constructor(source: TraceSource) {
    this.source = source;
  }

  get code(): string {
    return `${this.lines.join("\n")}\n`;
  }

  /** Lines and labels so far, those that nothing leads to included. */
  get length(): number {
    return this.lines.length + this.labels;
  }

  /** Adds lines; what nothing leads to is left out, since programs with such code are refused. */
  emit(...lines: readonly string[]): void {
    for (const line of lines) {
      if (this.isDead) return;
      this.lines.push(line);
      const jump = /(^|\s)goto (\w+)$/.exec(line);
      if (jump === null) continue;
      this.jumps.add(jump[2]!);
      this.isDead = jump.index === 0 && line.startsWith("goto");
    }
  }

  label(name: string): string {
    return `${name}_${this.labels++}`;
  }

  place(label: string): void {
    if (this.jumps.has(label)) this.isDead = false;
    if (!this.isDead) this.lines.push(`${label}:`);
  }

  /** Room on the stack, whose bytes are undefined. Gives its (negative) offset from R10. */
  allocate(bytes: number, span: Span): number {
    this.used += Math.ceil(bytes / 8) * 8;
    if (this.used > STACK)
      this.source.fail(
        span,
        `This needs more than the ${STACK} bytes of stack that a program has.`,
        "Use fewer texts at once.",
      );
    return -this.used;
  }

  /** What has been allocated so far, to go back to. */
  get mark(): number {
    return this.used;
  }

  release(mark: number): void {
    this.used = mark;
  }

  /** Puts a number into a register. */
  load(register: string, operand: Operand): void {
    if ("at" in operand) this.emit(`${register} = *(u64 *)(r10 ${signed(operand.at)})`);
    else this.emit(...constant(register, operand.constant));
  }

  /** Puts R0 (or another register) into a new place. */
  keep(type: TraceType, span: Span, register = "r0"): Operand {
    const at = this.allocate(8, span);
    this.emit(`*(u64 *)(r10 ${signed(at)}) = ${register}`);
    return { type, at };
  }

  /** The address of a place in a register. */
  address(register: string, at: number): void {
    this.emit(`${register} = r10`, `${register} += ${at}`);
  }

  zero(at: number, bytes: number): void {
    for (let i = 0; i < bytes; i += 8) this.emit(`*(u64 *)(r10 ${signed(at + i)}) = 0`);
  }

  /** Copies a value to a place of at least its size, zeroes behind it. */
  copyTo(at: number, bytes: number, operand: Operand): void {
    if ("constant" in operand) {
      this.load("r1", operand);
      this.emit(`*(u64 *)(r10 ${signed(at)}) = r1`);
      return;
    }
    const own = Math.min(sizeOfType(operand.type), bytes);
    for (let i = 0; i < own; i += 8)
      this.emit(`r1 = *(u64 *)(r10 ${signed(operand.at + i)})`, `*(u64 *)(r10 ${signed(at + i)}) = r1`);
    this.zero(at + own, bytes - own);
  }

  /** A text on the stack, in `bytes` bytes. */
  text(text: string, bytes: number, span: Span): number {
    const at = this.allocate(bytes, span);
    const padded = Buffer.alloc(bytes);
    padded.write(text.slice(0, bytes - 1), "latin1");
    for (let i = 0; i < bytes; i += 8) {
      this.emit(...constant("r1", padded.readBigUInt64LE(i)));
      this.emit(`*(u64 *)(r10 ${signed(at + i)}) = r1`);
    }
    return at;
  }
}

/** Lines that leave of a register what a number of so many bytes holds. */
export function narrowed(register: string, type: TraceType): string[] {
  if (type.kind !== "int" || type.bytes === undefined) return [];
  const shift = 64 - 8 * type.bytes;
  return [`${register} <<= ${shift}`, `${register} ${type.signed ? "s" : ""}>>= ${shift}`];
}

/** The same of a number that is known. */
export function narrowedConstant(value: bigint, type: TraceType): bigint {
  if (type.kind !== "int") return value;
  const bits = 8 * (type.bytes ?? 8);
  return type.signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** An offset with its sign, as addresses are written. */
export const signed = (offset: number): string => (offset < 0 ? `- ${-offset}` : `+ ${offset}`);

function constant(register: string, value: bigint): string[] {
  const narrow = BigInt.asIntN(32, value);
  if (narrow === BigInt.asIntN(64, value)) return [`${register} = ${narrow}`];
  return [`${register} = 0x${BigInt.asUintN(64, value).toString(16)} ll`];
}
