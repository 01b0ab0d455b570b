import { FRAME_BYTES } from "../../limits.ts";
import type { ModuleLinks } from "../module-links.ts";
import type { CodeWriter } from "../wasm/code-writer.ts";
import { CORE, I32, type ValueType } from "../wasm/instructions.ts";
import { Facts } from "./facts.ts";

/** The second operand of an instruction: a register, or `imm` where `src` is null. */
interface Operand {
  readonly src: number | null;
  readonly imm: number;
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
  private readonly registers: readonly number[];
  private readonly temporaries: Record<ValueType, number[]> = { i32: [], i64: [] };
  private readonly named = new Map<string, number>();

  /** @param parameters registers that are the function's parameters 0, 1, ...; `base` is the one after them. */
  constructor(code: CodeWriter, links: ModuleLinks, parameters: readonly number[]) {
    this.code = code;
    this.links = links;
    this.base = parameters.length;
    this.registers = Array.from({ length: 10 }, (_, register) => {
      const parameter = parameters.indexOf(register);
      return parameter >= 0 ? parameter : code.local("i64", `r${register}`);
    });
  }

  /** Puts a register on the stack: i64. */
  get(register: number): void {
    if (register < 10) this.code.get(this.registers[register]!);
    else {
      this.getLow(register);
      this.code.extend();
    }
  }

  /** Puts a register's low 32 bits on the stack: i32. */
  getLow(register: number): void {
    if (register < 10) {
      this.code.get(this.registers[register]!);
      this.code.wrap();
    } else {
      this.code.get(this.base);
      this.code.i32(FRAME_BYTES);
      this.code.op(I32.add);
    }
  }

  /** Takes an i64. */
  set(register: number): void {
    this.facts.forget(register);
    this.code.set(this.registers[register]!);
  }

  /** Takes an i32; the upper half becomes 0. */
  setLow(register: number): void {
    this.code.extend();
    this.set(register);
    this.facts.setFits(register, 32);
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
    this.code.op(CORE.return);
  }
}
