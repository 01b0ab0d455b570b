import { type ClassicInstruction, JUMP_ALWAYS, SCRATCH_SLOTS } from "../../bpf/classic/instruction.ts";
import { checkSeccompFilter, kernelLength } from "./rules.ts";
import { SECCOMP_DATA_BYTES } from "./seccomp-data.ts";

/** A filter that can be run. */
export interface SeccompFilter {
  readonly program: readonly ClassicInstruction[];
  /** Its length as MAX_INSNS_PER_PATH counts it. */
  readonly kernelLength: number;
  /** Returns the filter's return value, unsigned. @param words struct seccomp_data in words. */
  run(words: Uint32Array): number;
  /** The same, with the numbers of the instructions that ran put at the end of `path`. */
  trace(words: Uint32Array, path: number[]): number;
}

/** A filter in the readable reference, an interpreter of classic instructions. Throws RangeError for one that the kernel refuses. */
export class InterpretedFilter implements SeccompFilter {
  readonly program: readonly ClassicInstruction[];
  readonly kernelLength: number;
  private readonly scratch = new Int32Array(SCRATCH_SLOTS);

  constructor(program: readonly ClassicInstruction[]) {
    const [problem] = checkSeccompFilter(program);
    if (problem !== undefined) throw new RangeError(problem.message);
    this.program = program;
    this.kernelLength = kernelLength(program);
  }

  run(words: Uint32Array): number {
    return this.execute(words, undefined);
  }

  trace(words: Uint32Array, path: number[]): number {
    return this.execute(words, path);
  }

  private execute(words: Uint32Array, path: number[] | undefined): number {
    const { program, scratch } = this;
    let a = 0;
    let x = 0;
    for (let pc = 0; ; pc++) {
      path?.push(pc);
      const { code, jt, jf, k } = program[pc]!;
      const operand = (code & 0x08) === 0 ? k | 0 : x;
      switch (code) {
        case 0x20: // ld [k]
          a = words[k >>> 2]! | 0;
          break;
        case 0x00: // ld #k
          a = k | 0;
          break;
        case 0x01: // ldx #k
          x = k | 0;
          break;
        case 0x80: // ld len
          a = SECCOMP_DATA_BYTES;
          break;
        case 0x81: // ldx len
          x = SECCOMP_DATA_BYTES;
          break;
        case 0x60: // ld M[k]
          a = scratch[k]!;
          break;
        case 0x61: // ldx M[k]
          x = scratch[k]!;
          break;
        case 0x02: // st M[k]
          scratch[k] = a;
          break;
        case 0x03: // stx M[k]
          scratch[k] = x;
          break;
        case 0x07: // tax
          x = a;
          break;
        case 0x87: // txa
          a = x;
          break;
        case 0x06: // ret #k
          return k >>> 0;
        case 0x16: // ret a
          return a >>> 0;
        case JUMP_ALWAYS:
          pc += k;
          break;
        case 0x15: // jeq
        case 0x1d:
          pc += a === operand ? jt : jf;
          break;
        case 0x25: // jgt
        case 0x2d:
          pc += a >>> 0 > operand >>> 0 ? jt : jf;
          break;
        case 0x35: // jge
        case 0x3d:
          pc += a >>> 0 >= operand >>> 0 ? jt : jf;
          break;
        case 0x45: // jset
        case 0x4d:
          pc += (a & operand) !== 0 ? jt : jf;
          break;
        case 0x3c: // div x: by zero ends the filter with 0, which is KILL_THREAD
          if (x === 0) return 0;
          a = arithmetic(code, a, x);
          break;
        default:
          a = arithmetic(code, a, operand);
      }
    }
  }
}

/** One arithmetic instruction on 32 bits. */
export function arithmetic(code: number, a: number, operand: number): number {
  switch (code & 0xf0) {
    case 0x00:
      return (a + operand) | 0;
    case 0x10:
      return (a - operand) | 0;
    case 0x20:
      return Math.imul(a, operand);
    case 0x30:
      return ((a >>> 0) / (operand >>> 0)) | 0;
    case 0x40:
      return a | operand;
    case 0x50:
      return a & operand;
    case 0x60:
      return a << operand;
    case 0x70:
      return (a >>> operand) | 0;
    case 0x80:
      return -a | 0;
    case 0xa0:
      return a ^ operand;
    default:
      throw new RangeError(`0x${code.toString(16)} is no arithmetic instruction`);
  }
}
