import { ANCILLARY_BASE, ancillaryLoad } from "./ancillary.ts";
import { checkClassic } from "./checker.ts";
import { type ClassicInstruction, JUMP_ALWAYS, SCRATCH_SLOTS } from "./instruction.ts";
import { LOAD_FAILED, loadBeyond } from "./negative-offset.ts";
import { findAttribute, findNestedAttribute } from "./netlink-attribute.ts";
import type { ClassicPacket } from "./packet.ts";

/** Words of the decoded program per instruction: operation, where it goes when true, when false, and `k`. */
const STRIDE = 4;

/** Ancillary loads are operations of their own, in the gap above the highest classic opcode. */
const FIRST_ANCILLARY = 0xb4;

/**
 * Runs a classic program with the semantics of today's kernel: bpf_convert_filter and bpf_skb_load_helper_8 / 16 / 32
 * of net/core/filter.c. A and X start as 0; a load outside the packet and a division by an X of 0 end the program with
 * 0. `ifidx` and `hatype` without a device end it too, but with what is in A, because the kernel's translation leaves
 * there without clearing the register.
 */
export class ClassicInterpreter {
  private readonly program: Int32Array;
  private readonly scratch = new Int32Array(SCRATCH_SLOTS);

  /** Throws RangeError for a program that `checkClassic` has something against. */
  constructor(instructions: readonly ClassicInstruction[]) {
    const problem = checkClassic(instructions)[0];
    if (problem !== undefined) throw new RangeError(problem.message);
    this.program = new Int32Array(instructions.length * STRIDE);
    for (const [i, instruction] of instructions.entries()) {
      const { code, jt, jf, k } = instruction;
      const start = (distance: number) => (i + 1 + distance) * STRIDE;
      const operand = code === JUMP_ALWAYS ? start(k) : k;
      this.program.set([operation(instruction), start(jt), start(jf), operand], i * STRIDE);
    }
  }

  /**
   * Returns the program's return value, unsigned. Allocates nothing and never throws.
   * @param path the numbers of the instructions that run are put at its end.
   */
  run(packet: ClassicPacket, path?: number[]): number {
    const { program, scratch } = this;
    const { bytes } = packet;
    // Coerced once here, so that the loop computes with integers that need no check.
    const data = packet.data >>> 0;
    const length = packet.length | 0;
    let a = 0;
    let x = 0;
    let next = 0;
    for (;;) {
      const pc = next;
      if (path !== undefined) path.push(pc / STRIDE);
      const k = program[pc + 3]!;
      next = pc + STRIDE;
      switch (program[pc]!) {
        case 0x00: // ld #k
          a = k;
          break;
        case 0x20: {
          // ld [k]
          if (k >>> 0 <= length - 4) {
            a = word(bytes, data + k);
            break;
          }
          const value = loadBeyond(packet, k, 4);
          if (value === LOAD_FAILED) return 0;
          a = value | 0;
          break;
        }
        case 0x28: {
          // ldh [k]
          if (k >>> 0 <= length - 2) {
            a = (bytes[data + k]! << 8) | bytes[data + k + 1]!;
            break;
          }
          const value = loadBeyond(packet, k, 2);
          if (value === LOAD_FAILED) return 0;
          a = value | 0;
          break;
        }
        case 0x30: {
          // ldb [k]
          if (k >>> 0 <= length - 1) {
            a = bytes[data + k]!;
            break;
          }
          const value = loadBeyond(packet, k, 1);
          if (value === LOAD_FAILED) return 0;
          a = value | 0;
          break;
        }
        case 0x40: {
          // ld [x + k]
          const offset = (x + k) | 0;
          if (offset >>> 0 <= length - 4) {
            a = word(bytes, data + offset);
            break;
          }
          const value = loadBeyond(packet, offset, 4);
          if (value === LOAD_FAILED) return 0;
          a = value | 0;
          break;
        }
        case 0x48: {
          // ldh [x + k]
          const offset = (x + k) | 0;
          if (offset >>> 0 <= length - 2) {
            a = (bytes[data + offset]! << 8) | bytes[data + offset + 1]!;
            break;
          }
          const value = loadBeyond(packet, offset, 2);
          if (value === LOAD_FAILED) return 0;
          a = value | 0;
          break;
        }
        case 0x50: {
          // ldb [x + k]
          const offset = (x + k) | 0;
          if (offset >>> 0 <= length - 1) {
            a = bytes[data + offset]!;
            break;
          }
          const value = loadBeyond(packet, offset, 1);
          if (value === LOAD_FAILED) return 0;
          a = value | 0;
          break;
        }
        case 0x60: // ld M[k]
          a = scratch[k]!;
          break;
        case 0x80: // ld len
          a = length;
          break;
        case 0x01: // ldx #k
          x = k;
          break;
        case 0x61: // ldx M[k]
          x = scratch[k]!;
          break;
        case 0x81: // ldx len
          x = length;
          break;
        case 0xb1: {
          // ldxb 4*([k]&0xf)
          const value = k >>> 0 <= length - 1 ? bytes[data + k]! : loadBeyond(packet, k, 1);
          if (value === LOAD_FAILED) return 0;
          x = (value & 0xf) << 2;
          break;
        }
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
        // JavaScript masks shift distances to 5 bits, as the kernel's 32-bit shifts do.
        case 0x64: // lsh #k
          a <<= k;
          break;
        case 0x6c: // lsh x
          a <<= x;
          break;
        case 0x74: // rsh #k
          a = (a >>> k) | 0;
          break;
        case 0x7c: // rsh x
          a = (a >>> x) | 0;
          break;
        case 0x84: // neg
          a = -a | 0;
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
        case 0x4d: // jset x
          next = program[(a & x) !== 0 ? pc + 1 : pc + 2]!;
          break;

        case 0x06: // ret #k
          return k >>> 0;
        case 0x16: // ret a
          return a >>> 0;

        case 0xb4: // ld proto
          a = packet.protocol | 0;
          break;
        case 0xb5: // ld type
          a = packet.pktType | 0;
          break;
        case 0xb6: // ld ifidx
          if (packet.ifindex === 0) return a >>> 0;
          a = packet.ifindex | 0;
          break;
        case 0xb7: // ld nla
          a = findAttribute(packet, a >>> 0, x >>> 0) | 0;
          break;
        case 0xb8: // ld nlan
          a = findNestedAttribute(packet, a >>> 0, x >>> 0) | 0;
          break;
        case 0xb9: // ld mark
          a = packet.mark | 0;
          break;
        case 0xba: // ld queue
          a = packet.queue | 0;
          break;
        case 0xbb: // ld hatype
          if (packet.ifindex === 0) return a >>> 0;
          a = packet.hatype | 0;
          break;
        case 0xbc: // ld rxhash
          a = packet.hash | 0;
          break;
        case 0xbd: // ld cpu
          a = packet.cpu | 0;
          break;
        case 0xbe: // SKF_AD_ALU_XOR_X, from before `xor` was an instruction
          a ^= x;
          break;
        case 0xbf: // ld vlan_tci
          a = packet.vlanTci | 0;
          break;
        case 0xc0: // ld vlan_avail
          a = packet.vlanPresent | 0;
          break;
        case 0xc1: // ld poff
          a = packet.payloadOffset() | 0;
          break;
        case 0xc2: // ld rand
          a = packet.random() | 0;
          break;
        case 0xc3: // ld vlan_tpid
          a = packet.vlanTpid | 0;
          break;
      }
    }
  }
}

/** Big-endian, signed. */
function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** The case of the interpreter's switch that an instruction runs. */
function operation({ code, k }: ClassicInstruction): number {
  const isAbsoluteLoad = code === 0x20 || code === 0x28 || code === 0x30;
  if (!isAbsoluteLoad || ancillaryLoad(k) === undefined) return code;
  return FIRST_ANCILLARY + (k - ANCILLARY_BASE) / 4;
}
