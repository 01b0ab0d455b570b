import { FRAME_BYTES } from "../../limits.ts";
import type { ModuleLinks } from "../module-links.ts";
import { contains, type RegisterSet } from "../register-set.ts";
import type { CodeWriter } from "../wasm/code-writer.ts";
import { CORE, I32, type ValueType } from "../wasm/instructions.ts";
import { Facts } from "./facts.ts";

/** The second operand of an instruction: a register, or `imm` where `src` is null. */
interface Operand {
  readonly src: number | null;
  readonly imm: number;
}

/** Where a function's code goes. */
export interface Place {
  readonly code: CodeWriter;
  /** I64 locals of the registers that are its parameters. */
  readonly parameters: readonly (readonly [register: number, local: number])[];
  /** I32 local: see Frame.base. */
  readonly base: number;
  /** Inside another function: what is open where it is left with R0, its own block included. Absent: it returns. */
  readonly leaveAt?: number;
}

/** One function on its way into WebAssembly: where its registers are, and how they are read and written. */
export class Frame {
  readonly code: CodeWriter;
  readonly links: ModuleLinks;
  /** Lowest address of the function's stack, R10 - FRAME_BYTES: an i32 local. */
  readonly base: number;
  readonly facts = new Facts();
  /**
   * Address of the packet's first byte, and the packet's length: i32 locals that are loaded where the function begins and after
   * each call. Undefined where each packet load asks the context.
   */
  packet: { readonly data: number; readonly length: number } | undefined;
  /** Will the value be narrow that the instruction at hand gives its register? See Widths. */
  givesNarrow = false;
  /** Locals of R0 to R9 while they hold 64 bits, and while they hold 32. */
  private readonly wide = new Map<number, number>();
  private readonly narrow = new Map<number, number>();
  /** Registers that hold 32 bits at this point. */
  private narrowNow: RegisterSet = 0;
  private readonly temporaries: Record<ValueType, number[]> = { i32: [], i64: [] };
  private readonly named = new Map<string, number>();

  private readonly leaveAt: number | undefined;

  constructor({ code, parameters, base, leaveAt }: Place, links: ModuleLinks) {
    this.code = code;
    this.links = links;
    this.base = base;
    this.leaveAt = leaveAt;
    for (const [register, local] of parameters) this.wide.set(register, local);
  }

  /** Takes R0 (i64) and ends the function. */
  leave(): void {
    if (this.leaveAt === undefined) this.code.op(CORE.return);
    else this.code.br(this.code.depth - this.leaveAt);
  }

  /** Where a function begins: parameters come in 64 bits, whatever they are kept in. */
  narrowParameters(parameters: readonly number[], narrow: RegisterSet): void {
    for (const register of parameters)
      if (contains(narrow, register)) {
        this.code.get(this.wideLocal(register));
        this.code.wrap();
        this.code.set(this.narrowLocal(register));
      }
    this.narrowNow = narrow;
  }

  /** Where a block begins. */
  setNarrow(registers: RegisterSet): void {
    this.narrowNow = registers;
  }

  isNarrow(register: number): boolean {
    return contains(this.narrowNow, register);
  }

  /** Puts a register on the stack: i64. */
  get(register: number): void {
    if (register < 10 && !this.isNarrow(register)) this.code.get(this.wideLocal(register));
    else {
      this.getLow(register);
      this.code.extend();
    }
  }

  /** Puts a register's low 32 bits on the stack: i32. */
  getLow(register: number): void {
    if (register < 10) {
      if (this.isNarrow(register)) this.code.get(this.narrowLocal(register));
      else {
        this.code.get(this.wideLocal(register));
        this.code.wrap();
      }
    } else {
      this.code.get(this.base);
      this.code.i32(FRAME_BYTES);
      this.code.op(I32.add);
    }
  }

  /** Takes an i64: the value that the instruction at hand gives its register. */
  set(register: number): void {
    if (this.givesNarrow) this.code.wrap();
    this.put(register);
  }

  /** Takes an i32: the same where the upper half becomes 0, or does not matter. */
  setLow(register: number): void {
    if (!this.givesNarrow) this.code.extend();
    this.put(register);
    this.facts.setFits(register, 32);
  }

  private put(register: number): void {
    this.facts.forget(register);
    this.code.set(this.givesNarrow ? this.narrowLocal(register) : this.wideLocal(register));
    if (this.givesNarrow) this.narrowNow |= 1 << register;
    else this.narrowNow &= ~(1 << register);
  }

  private wideLocal(register: number): number {
    let local = this.wide.get(register);
    if (local === undefined) {
      local = this.code.local("i64", `r${register}`);
      this.wide.set(register, local);
    }
    return local;
  }

  private narrowLocal(register: number): number {
    let local = this.narrow.get(register);
    if (local === undefined) {
      local = this.code.local("i32", `w${register}`);
      this.narrow.set(register, local);
    }
    return local;
  }

  /** The second operand as an i64; an immediate's sign is extended. */
  operand({ src, imm }: Operand): void {
    if (src === null) this.code.i64(imm);
    else this.get(src);
  }

  /** The second operand's low 32 bits as an i32. */
  operandLow({ src, imm }: Operand): void {
    if (src === null) this.code.i32(imm);
    else this.getLow(src);
  }

  /** A local for a value that does not outlive the instruction; different numbers are different locals. */
  temporary(type: ValueType, number = 0): number {
    const list = this.temporaries[type];
    while (list.length <= number) list.push(this.code.local(type, `${type}_${list.length}`));
    return list[number]!;
  }

  /** An i32 local that lives as long as the function. */
  lasting(name: "context" | "may_goto_rounds" | "dispatch_label" | `swapped_r${number}`): number {
    let local = this.named.get(name);
    if (local === undefined) {
      local = this.code.local("i32", name);
      this.named.set(name, local);
    }
    return local;
  }

  /** Ends the function with R0 = 0. */
  returnZero(): void {
    this.code.i64(0);
    this.leave();
  }
}
