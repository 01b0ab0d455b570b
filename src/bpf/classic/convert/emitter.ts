import type { AluOperation, Condition, Instruction } from "../../isa/instruction.ts";

/** Where bpf_convert_filter keeps what classic programs have. */
export const REGISTER = {
  /** A; also the result of calls and of the program. */
  a: 0,
  /** First of the five arguments of a call. */
  argument: 1,
  /** Free between two classic instructions. */
  temporary: 2,
  context: 6,
  x: 7,
  /** Address of the packet's linear part. */
  data: 8,
  /** Its length. */
  linearLength: 9,
  frame: 10,
} as const;

/** Collects extended instructions, each a line of what it means. */
export class Emitter {
  readonly instructions: Instruction[] = [];

  /** Slot of the next instruction; none of those that are emitted here takes two. */
  get index(): number {
    return this.instructions.length;
  }

  /** `dst operation= src`, or an immediate: signed 32 bits. */
  alu(
    bits: 32 | 64,
    operation: AluOperation,
    dst: number,
    operand: { readonly src: number } | { readonly imm: number },
  ): void {
    const { index } = this;
    if ("src" in operand) this.add({ kind: "alu", index, bits, operation, dst, src: operand.src, imm: 0 });
    else this.add({ kind: "alu", index, bits, operation, dst, src: null, imm: operand.imm | 0 });
  }

  negate(dst: number): void {
    this.add({ kind: "negate", index: this.index, bits: 32, dst });
  }

  /** From network order. */
  toHost(bits: 16 | 32, dst: number): void {
    this.add({ kind: "byte-swap", index: this.index, order: "be", bits, dst });
  }

  load(bytes: 1 | 2 | 4 | 8, dst: number, src: number, offset: number): void {
    this.add({ kind: "load", index: this.index, bytes, signed: false, dst, src, offset });
  }

  /** A = packet[src + k], or the end of the program with 0. */
  packetLoad(bytes: 1 | 2 | 4, src: number | null, k: number): void {
    this.add({ kind: "packet-load", index: this.index, bytes, src, imm: k | 0 });
  }

  storeWord(dst: number, offset: number, src: number): void {
    this.add({ kind: "store", index: this.index, bytes: 4, dst, src, imm: 0, offset });
  }

  jump(target: number): void {
    this.add({ kind: "jump", index: this.index, far: false, target });
  }

  /** Jumps where `dst condition operand` holds, all 64 bits. */
  branch(
    condition: Condition,
    dst: number,
    operand: { readonly src: number } | { readonly imm: number },
    target: number,
  ): void {
    const { index } = this;
    if ("src" in operand)
      this.add({ kind: "branch", index, bits: 64, condition, dst, src: operand.src, imm: 0, target });
    else this.add({ kind: "branch", index, bits: 64, condition, dst, src: null, imm: operand.imm, target });
  }

  call(btfId: number): void {
    this.add({ kind: "call-kernel", index: this.index, btfId, module: 0 });
  }

  exit(): void {
    this.add({ kind: "exit", index: this.index });
  }

  /** Ends the program with 0. */
  exitWithZero(): void {
    this.alu(32, "xor", REGISTER.a, { src: REGISTER.a });
    this.exit();
  }

  private add(instruction: Instruction): void {
    this.instructions.push(instruction);
  }
}
