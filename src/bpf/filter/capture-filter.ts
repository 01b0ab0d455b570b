import { type ClassicInstruction, JUMP_ALWAYS, SCRATCH_SLOTS } from "../classic/instruction.ts";

/** Words of the decoded program per instruction: opcode, where it goes when true, when false, and `k`. */
const STRIDE = 4;

/**
 * Runs a filter on packets of a capture as tcpdump does, that is libpcap's interpreter (bpf_filter.c) and not the kernel's:
 * `len` is the length on the wire, loads see the captured bytes and no metadata, loops are permitted, and shifts by 32 and
 * more leave 0.
 */
export class CaptureFilter {
  private readonly program: Int32Array;
  private readonly scratch = new Int32Array(SCRATCH_SLOTS);

  /** `instructions`: what `compileFilter` has made. */
  constructor(instructions: readonly ClassicInstruction[]) {
    this.program = new Int32Array(instructions.length * STRIDE);
    for (const [i, { code, jt, jf, k }] of instructions.entries()) {
      const start = (distance: number) => (i + 1 + distance) * STRIDE;
      this.program.set([code, start(jt), start(jf), code === JUMP_ALWAYS ? start(k | 0) : k], i * STRIDE);
    }
  }

  /**
   * Returns the program's return value, unsigned; 0: the packet is not wanted.
   * @param at where in `bytes` the packet begins.
   * @param length bytes captured.
   * @param wireLength bytes that it had.
   */
  run(bytes: Uint8Array, at: number, length: number, wireLength: number): number {
    const { program, scratch } = this;
    let a = 0;
    let x = 0;
    let next = 0;
    for (;;) {
      const pc = next;
      const k = program[pc + 3]!;
      next = pc + STRIDE;
      switch (program[pc]!) {
        case 0x20: // ld [k]
          if (k < 0 || k > length - 4) return 0;
          a = word(bytes, at + k);
          break;
        case 0x28: // ldh [k]
          if (k < 0 || k > length - 2) return 0;
          a = (bytes[at + k]! << 8) | bytes[at + k + 1]!;
          break;
        case 0x30: // ldb [k]
          if (k < 0 || k >= length) return 0;
          a = bytes[at + k]!;
          break;
        case 0x40: {
          // ld [x + k]
          const offset = (x >>> 0) + (k >>> 0);
          if (offset > length - 4) return 0;
          a = word(bytes, at + offset);
          break;
        }
        case 0x48: {
          // ldh [x + k]
          const offset = (x >>> 0) + (k >>> 0);
          if (offset > length - 2) return 0;
          a = (bytes[at + offset]! << 8) | bytes[at + offset + 1]!;
          break;
        }
        case 0x50: {
          // ldb [x + k]
          const offset = (x >>> 0) + (k >>> 0);
          if (offset >= length) return 0;
          a = bytes[at + offset]!;
          break;
        }
        case 0x80: // ld len
          a = wireLength | 0;
          break;
        case 0x00: // ld #k
          a = k;
          break;
        case 0x60: // ld M[k]
          a = scratch[k]!;
          break;
        case 0x01: // ldx #k
          x = k;
          break;
        case 0x61: // ldx M[k]
          x = scratch[k]!;
          break;
        case 0xb1: // ldxb 4*([k]&0xf)
          if (k < 0 || k >= length) return 0;
          x = (bytes[at + k]! & 0xf) << 2;
          break;
        case 0x02: // st M[k]
          scratch[k] = a;
          break;
        case 0x03: // stx M[k]
          scratch[k] = x;
          break;
        case 0x05: // ja
          next = k;
          break;
        case 0x15: // jeq #k
          next = program[a === k ? pc + 1 : pc + 2]!;
          break;
        case 0x1d: // jeq x
          next = program[a === x ? pc + 1 : pc + 2]!;
          break;
        case 0x25: // jgt #k
          next = program[a >>> 0 > k >>> 0 ? pc + 1 : pc + 2]!;
          break;
        case 0x2d: // jgt x
          next = program[a >>> 0 > x >>> 0 ? pc + 1 : pc + 2]!;
          break;
        case 0x35: // jge #k
          next = program[a >>> 0 >= k >>> 0 ? pc + 1 : pc + 2]!;
          break;
        case 0x3d: // jge x
          next = program[a >>> 0 >= x >>> 0 ? pc + 1 : pc + 2]!;
          break;
        case 0x45: // jset #k
          next = program[(a & k) !== 0 ? pc + 1 : pc + 2]!;
          break;
        case 0x06: // ret #k
          return k >>> 0;
        case 0x04: // add #k
          a = (a + k) | 0;
          break;
        case 0x0c: // add x
          a = (a + x) | 0;
          break;
        case 0x14: // sub #k
          a = (a - k) | 0;
          break;
        case 0x1c: // sub x
          a = (a - x) | 0;
          break;
        case 0x24: // mul #k
          a = Math.imul(a, k);
          break;
        case 0x2c: // mul x
          a = Math.imul(a, x);
          break;
        case 0x34: // div #k
          a = ((a >>> 0) / (k >>> 0)) | 0;
          break;
        case 0x3c: // div x
          if (x === 0) return 0;
          a = ((a >>> 0) / (x >>> 0)) | 0;
          break;
        case 0x94: // mod #k
          a = ((a >>> 0) % (k >>> 0)) | 0;
          break;
        case 0x9c: // mod x
          if (x === 0) return 0;
          a = ((a >>> 0) % (x >>> 0)) | 0;
          break;
        case 0x44: // or #k
          a |= k;
          break;
        case 0x4c: // or x
          a |= x;
          break;
        case 0x54: // and #k
          a &= k;
          break;
        case 0x5c: // and x
          a &= x;
          break;
        case 0xa4: // xor #k
          a ^= k;
          break;
        case 0xac: // xor x
          a ^= x;
          break;
        case 0x64: // lsh #k
          a = k >>> 0 < 32 ? a << k : 0;
          break;
        case 0x6c: // lsh x
          a = x >>> 0 < 32 ? a << x : 0;
          break;
        case 0x74: // rsh #k
          a = k >>> 0 < 32 ? (a >>> k) | 0 : 0;
          break;
        case 0x7c: // rsh x
          a = x >>> 0 < 32 ? (a >>> x) | 0 : 0;
          break;
        case 0x84: // neg
          a = -a | 0;
          break;
        case 0x07: // tax
          x = a;
          break;
        case 0x87: // txa
          a = x;
          break;
        default:
          throw new RangeError(`opcode 0x${program[pc]!.toString(16)} is none that filters are compiled to`);
      }
    }
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
