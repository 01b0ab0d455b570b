import { ByteWriter } from "./byte-writer.ts";
import { CORE, I32, I64, MEMORY_FILL, TYPE, type ValueType, VECTOR } from "./instructions.ts";

/** A parameter or local; the name is for listings. */
export interface Local {
  readonly type: ValueType;
  readonly name: string;
}

/** Something that begins at a byte of a function's code, by its number. */
export interface Mark {
  readonly offset: number;
  readonly number: number;
}

/** The instructions of one function, written one after the other. */
export class CodeWriter {
  readonly parameters: readonly Local[];
  /** Those behind the parameters. */
  readonly locals: Local[] = [];
  readonly marks: Mark[] = [];
  private readonly out = new ByteWriter();
  /** Opcodes of what is open, innermost last. */
  private readonly open: number[] = [];
  /** The last local.set: its local, and the bytes from where to where it goes. */
  private latestSet = -1;
  private latestSetStart = -1;
  private latestSetEnd = -1;
  /** Where a `br 0` out of a block begins that nothing follows yet; -1: none. */
  private lastBranchOut = -1;

  constructor(parameters: readonly Local[]) {
    this.parameters = parameters;
  }

  get bytes(): Uint8Array {
    return this.out.bytes;
  }

  /** Bytes so far. */
  get length(): number {
    return this.out.length;
  }

  /** Adds a local and returns its index. */
  local(type: ValueType, name: string): number {
    this.locals.push({ type, name });
    return this.parameters.length + this.locals.length - 1;
  }

  localName(index: number): string {
    return (this.parameters[index] ?? this.locals[index - this.parameters.length])!.name;
  }

  /** Remembers what begins here. */
  mark(number: number): void {
    this.marks.push({ offset: this.out.length, number });
  }

  /** An instruction without immediates. */
  op(code: number): void {
    this.out.byte(code);
  }

  get(local: number): void {
    if (local === this.latestSet && this.out.length === this.latestSetEnd) {
      // A value that is taken again at once need not go away.
      this.out.patch(this.latestSetStart, CORE.localTee);
      this.latestSet = -1;
      return;
    }
    this.out.byte(CORE.localGet);
    this.out.unsigned(local);
  }

  set(local: number): void {
    this.latestSet = local;
    this.latestSetStart = this.out.length;
    this.out.byte(CORE.localSet);
    this.out.unsigned(local);
    this.latestSetEnd = this.out.length;
  }

  tee(local: number): void {
    this.out.byte(CORE.localTee);
    this.out.unsigned(local);
  }

  global(index: number): void {
    this.out.byte(CORE.globalGet);
    this.out.unsigned(index);
  }

  /** @param value signed or unsigned 32 bits. */
  i32(value: number): void {
    this.out.byte(CORE.i32Const);
    this.out.signed(value | 0);
  }

  /** A 64-bit constant that fits 32 signed bits. */
  i64(value: number): void {
    this.out.byte(CORE.i64Const);
    this.out.signed(value);
  }

  i64Wide(value: bigint): void {
    this.out.byte(CORE.i64Const);
    this.out.signedWide(value);
  }

  /** A load or store. Alignment is always given as 1: BPF permits any, and it makes no difference to speed. */
  memory(code: number, offset = 0): void {
    this.out.byte(code);
    this.out.byte(0);
    this.out.unsigned(offset);
  }

  /** Leaves the memory's size in pages of 65,536 bytes: i32. */
  memorySize(): void {
    this.out.byte(CORE.memorySize);
    this.out.byte(0);
  }

  /** address, value (i32) and count on the stack. */
  fill(): void {
    this.out.byte(CORE.prefix);
    this.out.byte(MEMORY_FILL);
    this.out.byte(0);
  }

  /**
   * i64 -> i64: its bytes in the order that `order` says; `order[i]` is the place where byte i comes from. Goes through a vector
   * register.
   */
  permuteBytes(order: readonly number[]): void {
    const vector = (code: number) => {
      this.out.byte(CORE.vectorPrefix);
      this.out.byte(code);
    };
    vector(VECTOR.splatI64);
    vector(VECTOR.const);
    for (let i = 0; i < 16; i++) this.out.byte(order[i % 8]!);
    vector(VECTOR.swizzle);
    vector(VECTOR.extractLaneI64);
    this.out.byte(0);
  }

  /** Leaves a value of `type`, or nothing. */
  block(type?: ValueType): void {
    this.open.push(CORE.block);
    this.out.byte(CORE.block);
    this.out.byte(type === undefined ? TYPE.emptyBlock : TYPE[type]);
  }

  /** Blocks, loops and conditions that are open: what is opened next is `br(0)`, this many more further on. */
  get depth(): number {
    return this.open.length;
  }

  loop(): void {
    this.open.push(CORE.loop);
    this.out.byte(CORE.loop);
    this.out.byte(TYPE.emptyBlock);
  }

  /** Takes an i32; leaves a value of `type`, or nothing. */
  if(type?: ValueType): void {
    this.open.push(CORE.if);
    this.out.byte(CORE.if);
    this.out.byte(type === undefined ? TYPE.emptyBlock : TYPE[type]);
  }

  else(): void {
    this.out.byte(CORE.else);
  }

  end(): void {
    // A jump to where control goes anyway.
    if (this.lastBranchOut >= 0 && this.lastBranchOut === this.out.length - 2) this.out.truncate(this.lastBranchOut);
    this.lastBranchOut = -1;
    this.open.pop();
    this.out.byte(CORE.end);
  }

  br(depth: number): void {
    if (depth === 0 && this.open.at(-1) === CORE.block) this.lastBranchOut = this.out.length;
    this.out.byte(CORE.br);
    this.out.unsigned(depth);
  }

  brIf(depth: number): void {
    this.out.byte(CORE.brIf);
    this.out.unsigned(depth);
  }

  /** Jumps to `depths[i]`, i from the stack; to the last where i is too large. */
  brTable(depths: readonly number[]): void {
    this.out.byte(CORE.brTable);
    this.out.unsigned(depths.length - 1);
    for (const depth of depths) this.out.unsigned(depth);
  }

  call(functionIndex: number): void {
    this.out.byte(CORE.call);
    this.out.unsigned(functionIndex);
  }

  /** Calls the function of table 0 whose index is on the stack. */
  callIndirect(typeIndex: number): void {
    this.out.byte(CORE.callIndirect);
    this.out.unsigned(typeIndex);
    this.out.byte(0);
  }

  returnCallIndirect(typeIndex: number): void {
    this.out.byte(CORE.returnCallIndirect);
    this.out.unsigned(typeIndex);
    this.out.byte(0);
  }

  select(): void {
    this.out.byte(CORE.select);
  }

  /** i64 -> i32 */
  wrap(): void {
    this.out.byte(I32.wrapI64);
  }

  /** i32 -> i64 with a clear upper half */
  extend(): void {
    this.out.byte(I64.extendI32U);
  }
}
