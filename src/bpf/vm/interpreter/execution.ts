import type { Atomic, Instruction, Load, LoadAcquire, StoreRelease } from "../../isa/instruction.ts";
import { FIRST_ADDRESS, mayTouch } from "../access.ts";
import type { BpfFunction } from "../function-table.ts";
import { HostPointer } from "../host-pointer.ts";
import { FRAME_BYTES, FRAMES_PER_TAIL_CALL, MAX_FRAMES, MAX_TAIL_CALLS, MAY_GOTO_ROUNDS } from "../limits.ts";
import type { Machine } from "../machine.ts";
import { packetLoadAddress } from "../packet-load.ts";
import { programArrayEntry } from "../program-array.ts";
import { ProgramException } from "../program-exception.ts";
import { describeAccess, type FaultReason } from "../program-fault.ts";
import {
  divide,
  divideSigned,
  modulo,
  moduloSigned,
  multiply,
  set,
  shiftLeft,
  shiftRight,
  shiftRightSigned,
  signed,
  swapWord,
  unsigned,
} from "./arithmetic64.ts";
import { atomic32, atomic64 } from "./atomic.ts";
import { type DenseCode, type HostCall, R0, R1, R2, R3, R6, R10, REGISTER_WORDS, STRIDE } from "./dense-code.ts";
import { Frames } from "./frames.ts";
import { callHost } from "./host-call.ts";
import { InterpretedFault } from "./interpreted-fault.ts";

/** STRIDE as a constant of this module: where sources run unbundled, each use of an import is a look-up. */
const NEXT = STRIDE;

/** A BPF function that interpreters run: where its code is and where it begins there. */
export interface InterpretedFunction extends BpfFunction {
  readonly code: DenseCode;
  /** Slot of its first instruction. */
  readonly entry: number;
}

/** Name of the engine. */
export const INTERPRETER = "interpreter";

/**
 * One run of a program, from `start` to the return of its main function. It can be interrupted after any instruction, looked
 * at and resumed. Every access is checked, so that no program, verified or not, touches what is not its own.
 */
export class Execution {
  readonly machine: Machine;
  /** The program that runs now: a tail call changes it. */
  code: DenseCode;
  /** Registers, then the constants of `code`. */
  values: Int32Array;
  /** Instructions run since `start`. */
  executed = 0;
  /** Address of the context. */
  private context = 0;
  /** Word of the instruction that is next, or that failed. */
  private pc = 0;
  /** Lowest address of the running function's frame. */
  private frameBase = 0;
  /** The packet's first byte and the one behind its last, where an access has found it; 0 where the context is to be asked. */
  private packet = 0;
  private packetEnd = 0;
  private mayGotoLeft = 0;
  private tailCalls = 0;
  /** The running function is a program's main function, where exceptions end. */
  private isMain = true;
  private readonly frames = new Frames();
  /** A value array for each program that was run. */
  private readonly arrays = new WeakMap<DenseCode, Int32Array>();
  private view: DataView;

  constructor(code: DenseCode) {
    this.machine = code.environment.machine;
    this.code = code;
    this.values = this.valuesOf(code);
    this.view = new DataView(this.machine.memory.bytes.buffer);
  }

  /** Slot of the instruction that is next; after a fault, of the one that failed. */
  get instruction(): number {
    return this.pc / STRIDE;
  }

  /** Functions that wait for the running one to return. */
  get depth(): number {
    return this.frames.depth;
  }

  /** R0 to R10: unsigned, 64 bits. */
  get registers(): bigint[] {
    return Array.from({ length: REGISTER_WORDS / 2 }, (_, i) => unsigned(this.values, i * 2));
  }

  /**
   * Goes to the beginning of a function, its arguments still to be put into `values`: all registers are 0 but R10.
   * @param context address of the context that it may touch.
   */
  start(code: DenseCode, entry: number, context: number): void {
    if (code !== this.code) {
      this.code = code;
      this.values = this.valuesOf(code);
    }
    this.values.fill(0, 0, REGISTER_WORDS);
    const { top } = this.machine.stack;
    this.values[R10] = top;
    this.frameBase = top - FRAME_BYTES;
    this.context = context;
    this.pc = entry * STRIDE;
    this.executed = 0;
    this.mayGotoLeft = MAY_GOTO_ROUNDS;
    this.tailCalls = 0;
    this.isMain = entry === 0;
    this.frames.clear();
    if (this.frameBase < this.machine.stack.base) throw this.stackFault();
    this.clearFrame();
  }

  /**
   * Runs at most `budget` instructions. Returns whether the program has ended: then R0 is its result, and it must not be
   * resumed. Throws InterpretedFault, and what host functions throw.
   */
  resume(budget: number): boolean {
    const last = this.executed + budget;
    for (;;)
      try {
        return this.advance(last - this.executed);
      } catch (reason) {
        if (!(reason instanceof ProgramException)) throw reason;
        if (this.unwind(reason)) return true;
      }
  }

  /** The same up to an exception of the program, which it throws. */
  private advance(budget: number): boolean {
    const { frames } = this;
    let words = this.code.words;
    let r = this.values;
    let view = this.refreshed();
    let pc = this.pc;
    let next = pc;
    let left = budget;
    // Accesses to the stack and to the packet are the most frequent and are checked here; `reach` looks at everything else.
    let low = this.frameBase;
    const high = this.machine.stack.end;
    let packet = 0;
    let packetEnd = 0;
    try {
      for (;;) {
        pc = next;
        if (left === 0) return false;
        left--;
        next = pc + NEXT;
        const word = words[pc]!;
        const d = word >>> 16;
        const s = words[pc + 1]!;
        switch (word & 0xffff) {
          case 0x0f: {
            // r += r
            const addend = r[s]!;
            const sum = (r[d]! + addend) | 0;
            r[d + 1] = r[d + 1]! + r[s + 1]! + (sum >>> 0 < addend >>> 0 ? 1 : 0);
            r[d] = sum;
            break;
          }
          case 0x1f: {
            // r -= r
            const from = r[d]!;
            const subtrahend = r[s]!;
            r[d + 1] = r[d + 1]! - r[s + 1]! - (from >>> 0 < subtrahend >>> 0 ? 1 : 0);
            r[d] = from - subtrahend;
            break;
          }
          case 0x2f: // r *= r
            multiply(r, d, s);
            break;
          case 0x3f: // r /= r
            divide(r, d, s);
            break;
          case 0x9f: // r %= r
            modulo(r, d, s);
            break;
          case 0x100: // r s/= r
            divideSigned(r, d, s);
            break;
          case 0x101: // r s%= r
            moduloSigned(r, d, s);
            break;
          case 0x4f: // r |= r
            r[d] = r[d]! | r[s]!;
            r[d + 1] = r[d + 1]! | r[s + 1]!;
            break;
          case 0x5f: // r &= r
            r[d] = r[d]! & r[s]!;
            r[d + 1] = r[d + 1]! & r[s + 1]!;
            break;
          case 0xaf: // r ^= r
            r[d] = r[d]! ^ r[s]!;
            r[d + 1] = r[d + 1]! ^ r[s + 1]!;
            break;
          case 0x6f: // r <<= r
            shiftLeft(r, d, s);
            break;
          case 0x7f: // r >>= r
            shiftRight(r, d, s);
            break;
          case 0xcf: // r s>>= r
            shiftRightSigned(r, d, s);
            break;
          // Constant distances from 1 to 31.
          case 0x111: {
            // r <<= constant
            const by = words[pc + 2]!;
            const lower = r[d]!;
            r[d + 1] = (r[d + 1]! << by) | (lower >>> (32 - by));
            r[d] = lower << by;
            break;
          }
          case 0x112: {
            // r >>= constant
            const by = words[pc + 2]!;
            const upper = r[d + 1]!;
            r[d] = (r[d]! >>> by) | (upper << (32 - by));
            r[d + 1] = upper >>> by;
            break;
          }
          case 0x113: {
            // r s>>= constant
            const by = words[pc + 2]!;
            const upper = r[d + 1]!;
            r[d] = (r[d]! >>> by) | (upper << (32 - by));
            r[d + 1] = upper >> by;
            break;
          }
          case 0x87: {
            // r = -r
            const lower = r[d]!;
            r[d + 1] = -r[d + 1]! - (lower !== 0 ? 1 : 0);
            r[d] = -lower;
            break;
          }
          case 0xbf: // r = r
            r[d] = r[s]!;
            r[d + 1] = r[s + 1]!;
            break;
          case 0x18: // r = 64-bit constant or address: two slots
            r[d] = r[s]!;
            r[d + 1] = r[s + 1]!;
            next = pc + 2 * NEXT;
            break;
          case 0x104: // r = (s8)r
            r[d] = (r[s]! << 24) >> 24;
            r[d + 1] = r[d]! >> 31;
            break;
          case 0x105: // r = (s16)r
            r[d] = (r[s]! << 16) >> 16;
            r[d + 1] = r[d]! >> 31;
            break;
          case 0x106: // r = (s32)r
            r[d] = r[s]!;
            r[d + 1] = r[d]! >> 31;
            break;

          case 0x0c: // w += w
            r[d] = r[d]! + r[s]!;
            r[d + 1] = 0;
            break;
          case 0x1c: // w -= w
            r[d] = r[d]! - r[s]!;
            r[d + 1] = 0;
            break;
          case 0x2c: // w *= w
            r[d] = Math.imul(r[d]!, r[s]!);
            r[d + 1] = 0;
            break;
          case 0x3c: {
            // w /= w
            const divisor = r[s]! >>> 0;
            r[d] = divisor === 0 ? 0 : (r[d]! >>> 0) / divisor;
            r[d + 1] = 0;
            break;
          }
          case 0x9c: {
            // w %= w
            const divisor = r[s]! >>> 0;
            if (divisor !== 0) r[d] = (r[d]! >>> 0) % divisor;
            r[d + 1] = 0;
            break;
          }
          case 0x102: {
            // w s/= w
            const divisor = r[s]!;
            r[d] = divisor === 0 ? 0 : r[d]! / divisor;
            r[d + 1] = 0;
            break;
          }
          case 0x103: {
            // w s%= w
            const divisor = r[s]!;
            if (divisor !== 0) r[d] = r[d]! % divisor;
            r[d + 1] = 0;
            break;
          }
          case 0x4c: // w |= w
            r[d] = r[d]! | r[s]!;
            r[d + 1] = 0;
            break;
          case 0x5c: // w &= w
            r[d] = r[d]! & r[s]!;
            r[d + 1] = 0;
            break;
          case 0xac: // w ^= w
            r[d] = r[d]! ^ r[s]!;
            r[d + 1] = 0;
            break;
          // JavaScript takes shift distances modulo 32, as BPF does.
          case 0x6c: // w <<= w
            r[d] = r[d]! << r[s]!;
            r[d + 1] = 0;
            break;
          case 0x7c: // w >>= w
            r[d] = r[d]! >>> r[s]!;
            r[d + 1] = 0;
            break;
          case 0xcc: // w s>>= w
            r[d] = r[d]! >> r[s]!;
            r[d + 1] = 0;
            break;
          case 0x84: // w = -w
            r[d] = -r[d]!;
            r[d + 1] = 0;
            break;
          case 0xbc: // w = w, and address space casts
            r[d] = r[s]!;
            r[d + 1] = 0;
            break;
          case 0x107: // w = (s8)w
            r[d] = (r[s]! << 24) >> 24;
            r[d + 1] = 0;
            break;
          case 0x108: // w = (s16)w
            r[d] = (r[s]! << 16) >> 16;
            r[d + 1] = 0;
            break;

          case 0x109: // bswap16 and be16
            r[d] = ((r[d]! & 0xff) << 8) | ((r[d]! >>> 8) & 0xff);
            r[d + 1] = 0;
            break;
          case 0x10a: // bswap32 and be32
            r[d] = swapWord(r[d]!);
            r[d + 1] = 0;
            break;
          case 0x10b: {
            // bswap64 and be64
            const lower = r[d]!;
            r[d] = swapWord(r[d + 1]!);
            r[d + 1] = swapWord(lower);
            break;
          }

          case 0x71: {
            // r = *(u8 *)(r + off)
            let at = (r[s]! >>> 0) + words[pc + 2]!;
            if (r[s + 1] !== 0 || ((at < low || at + 1 > high) && (at < packet || at + 1 > packetEnd))) {
              at = this.reach(r, pc, s, 1, false);
              packet = this.packet;
              packetEnd = this.packetEnd;
            }
            r[d] = view.getUint8(at);
            r[d + 1] = 0;
            break;
          }
          case 0x69: {
            // r = *(u16 *)(r + off)
            let at = (r[s]! >>> 0) + words[pc + 2]!;
            if (r[s + 1] !== 0 || ((at < low || at + 2 > high) && (at < packet || at + 2 > packetEnd))) {
              at = this.reach(r, pc, s, 2, false);
              packet = this.packet;
              packetEnd = this.packetEnd;
            }
            r[d] = view.getUint16(at, true);
            r[d + 1] = 0;
            break;
          }
          case 0x61: {
            // r = *(u32 *)(r + off)
            let at = (r[s]! >>> 0) + words[pc + 2]!;
            if (r[s + 1] !== 0 || ((at < low || at + 4 > high) && (at < packet || at + 4 > packetEnd))) {
              at = this.reach(r, pc, s, 4, false);
              packet = this.packet;
              packetEnd = this.packetEnd;
            }
            r[d] = view.getInt32(at, true);
            r[d + 1] = 0;
            break;
          }
          case 0x79: {
            // r = *(u64 *)(r + off)
            let at = (r[s]! >>> 0) + words[pc + 2]!;
            if (r[s + 1] !== 0 || ((at < low || at + 8 > high) && (at < packet || at + 8 > packetEnd))) {
              at = this.reach(r, pc, s, 8, false);
              packet = this.packet;
              packetEnd = this.packetEnd;
            }
            r[d] = view.getInt32(at, true);
            r[d + 1] = view.getInt32(at + 4, true);
            break;
          }
          case 0x91: // r = *(s8 *)(r + off)
            r[d] = view.getInt8(this.reach(r, pc, s, 1, false));
            r[d + 1] = r[d]! >> 31;
            break;
          case 0x89: // r = *(s16 *)(r + off)
            r[d] = view.getInt16(this.reach(r, pc, s, 2, false), true);
            r[d + 1] = r[d]! >> 31;
            break;
          case 0x81: // r = *(s32 *)(r + off)
            r[d] = view.getInt32(this.reach(r, pc, s, 4, false), true);
            r[d + 1] = r[d]! >> 31;
            break;
          case 0x114: // r = *(...)(r + off), or 0 where nothing is
            this.probe(r, pc, d, s);
            break;
          case 0x73: {
            // *(u8 *)(r + off) = r
            let at = (r[d]! >>> 0) + words[pc + 2]!;
            if (r[d + 1] !== 0 || ((at < low || at + 1 > high) && (at < packet || at + 1 > packetEnd))) {
              at = this.reach(r, pc, d, 1, true);
              packet = this.packet;
              packetEnd = this.packetEnd;
            }
            view.setInt8(at, r[s]!);
            break;
          }
          case 0x6b: {
            // *(u16 *)(r + off) = r
            let at = (r[d]! >>> 0) + words[pc + 2]!;
            if (r[d + 1] !== 0 || ((at < low || at + 2 > high) && (at < packet || at + 2 > packetEnd))) {
              at = this.reach(r, pc, d, 2, true);
              packet = this.packet;
              packetEnd = this.packetEnd;
            }
            view.setInt16(at, r[s]!, true);
            break;
          }
          case 0x63: {
            // *(u32 *)(r + off) = r
            let at = (r[d]! >>> 0) + words[pc + 2]!;
            if (r[d + 1] !== 0 || ((at < low || at + 4 > high) && (at < packet || at + 4 > packetEnd))) {
              at = this.reach(r, pc, d, 4, true);
              packet = this.packet;
              packetEnd = this.packetEnd;
            }
            view.setInt32(at, r[s]!, true);
            break;
          }
          case 0x7b: {
            // *(u64 *)(r + off) = r
            let at = (r[d]! >>> 0) + words[pc + 2]!;
            if (r[d + 1] !== 0 || ((at < low || at + 8 > high) && (at < packet || at + 8 > packetEnd))) {
              at = this.reach(r, pc, d, 8, true);
              packet = this.packet;
              packetEnd = this.packetEnd;
            }
            view.setInt32(at, r[s]!, true);
            view.setInt32(at + 4, r[s + 1]!, true);
            break;
          }
          case 0x10c: {
            // lock *(u32 or u64 *)(r + off) ...
            const it = this.code.instructions[pc / STRIDE] as Atomic;
            const at = this.reachAligned(r, pc, d, it.bytes, true);
            if (it.bytes === 4) atomic32(it, r, view, at);
            else atomic64(it, r, view, at);
            packet = this.packet;
            packetEnd = this.packetEnd;
            break;
          }
          // One program runs at a time, so that every order of memory accesses is kept anyway.
          case 0x10d: {
            // r = load_acquire(...)
            const { bytes } = this.code.instructions[pc / STRIDE] as LoadAcquire;
            loadUnsigned(r, d, view, this.reachAligned(r, pc, s, bytes, false), bytes);
            break;
          }
          case 0x10e: {
            // store_release(...)
            const { bytes } = this.code.instructions[pc / STRIDE] as StoreRelease;
            store(r, s, view, this.reachAligned(r, pc, d, bytes, true), bytes);
            packet = this.packet;
            packetEnd = this.packetEnd;
            break;
          }

          case 0x05: // goto and gotol
            next = words[pc + 2]!;
            break;
          case 0x1d: // if r == r
            if (r[d] === r[s] && r[d + 1] === r[s + 1]) next = words[pc + 2]!;
            break;
          case 0x5d: // if r != r
            if (r[d] !== r[s] || r[d + 1] !== r[s + 1]) next = words[pc + 2]!;
            break;
          case 0x2d: // if r > r
            if (isAbove(r[d]! >>> 0, r[d + 1]! >>> 0, r[s]! >>> 0, r[s + 1]! >>> 0)) next = words[pc + 2]!;
            break;
          case 0x3d: // if r >= r
            if (!isAbove(r[s]! >>> 0, r[s + 1]! >>> 0, r[d]! >>> 0, r[d + 1]! >>> 0)) next = words[pc + 2]!;
            break;
          case 0x6d: // if r s> r
            if (isAbove(r[d]! >>> 0, r[d + 1]!, r[s]! >>> 0, r[s + 1]!)) next = words[pc + 2]!;
            break;
          case 0x7d: // if r s>= r
            if (!isAbove(r[s]! >>> 0, r[s + 1]!, r[d]! >>> 0, r[d + 1]!)) next = words[pc + 2]!;
            break;
          case 0xad: // if r < r
            if (isAbove(r[s]! >>> 0, r[s + 1]! >>> 0, r[d]! >>> 0, r[d + 1]! >>> 0)) next = words[pc + 2]!;
            break;
          case 0xbd: // if r <= r
            if (!isAbove(r[d]! >>> 0, r[d + 1]! >>> 0, r[s]! >>> 0, r[s + 1]! >>> 0)) next = words[pc + 2]!;
            break;
          case 0xcd: // if r s< r
            if (isAbove(r[s]! >>> 0, r[s + 1]!, r[d]! >>> 0, r[d + 1]!)) next = words[pc + 2]!;
            break;
          case 0xdd: // if r s<= r
            if (!isAbove(r[d]! >>> 0, r[d + 1]!, r[s]! >>> 0, r[s + 1]!)) next = words[pc + 2]!;
            break;
          case 0x4d: // if r & r
            if ((r[d]! & r[s]!) !== 0 || (r[d + 1]! & r[s + 1]!) !== 0) next = words[pc + 2]!;
            break;
          case 0x1e: // if w == w
            if (r[d] === r[s]) next = words[pc + 2]!;
            break;
          case 0x5e: // if w != w
            if (r[d] !== r[s]) next = words[pc + 2]!;
            break;
          case 0x2e: // if w > w
            if (r[d]! >>> 0 > r[s]! >>> 0) next = words[pc + 2]!;
            break;
          case 0x3e: // if w >= w
            if (r[d]! >>> 0 >= r[s]! >>> 0) next = words[pc + 2]!;
            break;
          case 0x6e: // if w s> w
            if (r[d]! > r[s]!) next = words[pc + 2]!;
            break;
          case 0x7e: // if w s>= w
            if (r[d]! >= r[s]!) next = words[pc + 2]!;
            break;
          case 0xae: // if w < w
            if (r[d]! >>> 0 < r[s]! >>> 0) next = words[pc + 2]!;
            break;
          case 0xbe: // if w <= w
            if (r[d]! >>> 0 <= r[s]! >>> 0) next = words[pc + 2]!;
            break;
          case 0xce: // if w s< w
            if (r[d]! < r[s]!) next = words[pc + 2]!;
            break;
          case 0xde: // if w s<= w
            if (r[d]! <= r[s]!) next = words[pc + 2]!;
            break;
          case 0x4e: // if w & w
            if ((r[d]! & r[s]!) !== 0) next = words[pc + 2]!;
            break;
          case 0xe5: // may_goto
            if (this.mayGotoLeft === 0) next = words[pc + 2]!;
            else this.mayGotoLeft--;
            break;

          case 0x40: // r0 = *(u32 *)skb[...]
          case 0x48: // r0 = *(u16 *)skb[...]
          case 0x50: {
            // r0 = *(u8 *)skb[...]
            if (this.loadPacket(r, pc)) break;
            if (frames.depth === 0) return true;
            next = this.leave(r);
            words = this.code.words;
            r = this.values;
            low = this.frameBase;
            break;
          }

          case 0x85: // call helper or kernel function
            this.callHost(this.code.hosts[words[pc + 2]!]!, r);
            view = this.refreshed();
            packet = packetEnd = 0;
            break;
          case 0x10f: // call pc+...
            this.enter(r, pc, next);
            next = words[pc + 2]!;
            low = this.frameBase;
            break;
          case 0x8d: // callx
            next = this.callPointer(r, pc, d, next);
            words = this.code.words;
            r = this.values;
            low = this.frameBase;
            view = this.refreshed();
            packet = packetEnd = 0;
            break;
          case 0x110: {
            // call bpf_tail_call
            const target = this.tailCallTarget(r, pc);
            if (target === undefined) break;
            next = this.replace(target, r);
            words = this.code.words;
            r = this.values;
            view = this.refreshed();
            packet = packetEnd = 0;
            break;
          }
          case 0x95: // exit
            if (frames.depth === 0) return true;
            next = this.leave(r);
            words = this.code.words;
            r = this.values;
            low = this.frameBase;
            break;
          default:
            throw new Error(`operation 0x${(word & 0xffff).toString(16)} of instruction ${pc / STRIDE} is not known`);
        }
      }
    } finally {
      this.pc = pc;
      this.executed += budget - left;
    }
  }

  /** Saves the running function and gives the next one its frame, its arguments in R1 to R5. */
  private enter(r: Int32Array, pc: number, returnTo: number): void {
    const most = MAX_FRAMES + this.tailCalls * FRAMES_PER_TAIL_CALL;
    if (this.frames.depth + 1 === most)
      throw this.fault("frames", pc, `makes ${most + 1} functions active at once; ${most} may be.`);
    const base = this.frameBase - FRAME_BYTES;
    if (base < this.machine.stack.base) throw this.stackFault(pc);
    this.frames.push(this.code, r, returnTo, this.mayGotoLeft, this.isMain);
    this.isMain = false;
    this.mayGotoLeft = MAY_GOTO_ROUNDS;
    r[R0] = 0;
    r[R0 + 1] = 0;
    r.fill(0, R6, R10);
    r[R10] = this.frameBase;
    r[R10 + 1] = 0;
    this.frameBase = base;
    this.clearFrame();
  }

  /** Goes back to the caller. Returns the word of its next instruction. */
  private leave(from: Int32Array): number {
    const { frames } = this;
    const next = frames.returnTo;
    this.mayGotoLeft = frames.mayGotoLeft;
    this.isMain = frames.isMain;
    const { code } = frames;
    const low = from[R0]!;
    const high = from[R0 + 1]!;
    if (code !== this.code) {
      this.code = code;
      this.values = this.valuesOf(code);
    }
    frames.pop(this.values);
    this.values[R0] = low;
    this.values[R0 + 1] = high;
    this.frameBase += FRAME_BYTES;
    return next;
  }

  /** Calls what the function pointer in a register points at. Returns the word of the instruction that is next. */
  private callPointer(r: Int32Array, pc: number, register: number, next: number): number {
    const target = r[register + 1] === 0 ? this.machine.functions.at(r[register]! >>> 0) : undefined;
    if (target instanceof HostPointer) {
      const [r1, r2, r3, r4, r5] = [2, 4, 6, 8, 10].map((at) => signed(r, at)) as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      set(r, R0, target.call(r1, r2, r3, r4, r5));
      return next;
    }
    if (target === undefined || !isInterpreted(target))
      throw this.fault("function", pc, `calls 0x${unsigned(r, register).toString(16)}, which is no function of it.`);
    this.enter(r, pc, next);
    return this.goTo(target, r);
  }

  /** What a tail call goes to; undefined where it goes on behind the instruction. */
  private tailCallTarget(r: Int32Array, pc: number): InterpretedFunction | undefined {
    const { memory, functions } = this.machine;
    const map = r[R2]! >>> 0;
    if (r[R2 + 1] !== 0 || !this.code.maps.has(map))
      throw this.fault("address", pc, `needs a map of the program in r2, where 0x${unsigned(r, R2).toString(16)} is.`);
    const slot = programArrayEntry(memory, map, r[R3]! >>> 0);
    if (slot === 0 || this.tailCalls === MAX_TAIL_CALLS) return undefined;
    const target = functions.at(slot);
    if (target === undefined || !isInterpreted(target))
      throw this.fault("function", pc, `goes to function ${slot}, which is not one that the interpreter runs.`);
    this.tailCalls++;
    return target;
  }

  /** Gives up what runs up to the innermost main function, and goes on with its exception callback. Returns whether the run has ended. */
  private unwind(exception: ProgramException): boolean {
    while (!this.isMain) {
      if (this.frames.depth === 0) throw exception;
      this.pc = this.leave(this.values);
    }
    const { exceptionCallback } = this.code.environment;
    const { values } = this;
    values.fill(0, R0, R10);
    if (exceptionCallback !== undefined) {
      set(values, R1, exception.cookie);
      this.mayGotoLeft = MAY_GOTO_ROUNDS;
      this.clearFrame();
      this.pc = exceptionCallback * STRIDE;
      return false;
    }
    set(values, R0, exception.cookie);
    if (this.frames.depth === 0) return true;
    this.pc = this.leave(values);
    return false;
  }

  /** Puts a function in the place of the running one; of its registers it gets R1. Returns the word where it begins. */
  private replace(target: InterpretedFunction, r: Int32Array): number {
    this.mayGotoLeft = MAY_GOTO_ROUNDS;
    this.isMain = true;
    this.clearFrame();
    const next = this.goTo(target, r);
    const { values } = this;
    values.fill(0, R2, REGISTER_WORDS);
    values[R0] = 0;
    values[R0 + 1] = 0;
    values[R10] = this.frameBase + FRAME_BYTES;
    return next;
  }

  /** Makes the code of a function the one that runs, with the registers as they are. Returns the word where it begins. */
  private goTo(target: InterpretedFunction, r: Int32Array): number {
    if (target.code !== this.code) {
      this.code = target.code;
      this.values = this.valuesOf(target.code);
      for (let i = 0; i < REGISTER_WORDS; i++) this.values[i] = r[i]!;
    }
    return target.entry * STRIDE;
  }

  /** A function's stack begins as zeroes. */
  private clearFrame(): void {
    this.machine.memory.bytes.fill(0, this.frameBase, this.frameBase + FRAME_BYTES);
  }

  /** What the function runs has its stack below this function's, and its callbacks may touch this context. */
  private callHost(call: HostCall, r: Int32Array): void {
    if (call.host.reenters !== true) {
      callHost(call, r);
      return;
    }
    const { stack, memory, contextCell } = this.machine;
    const { top } = stack;
    const before = memory.uint32(contextCell);
    stack.top = this.frameBase;
    memory.setUint32(contextCell, this.context);
    try {
      callHost(call, r);
    } finally {
      stack.top = top;
      memory.setUint32(contextCell, before);
    }
  }

  /** Puts packet bytes into R0; false where there are none, and R0 is 0. */
  private loadPacket(r: Int32Array, pc: number): boolean {
    const { words, environment } = this.code;
    const size = 1 << ((0x50 - (words[pc]! & 0xffff)) >> 3);
    const context = r[R6]! >>> 0;
    const { memory } = this.machine;
    // Behind what programs see of it lie fields of the context that only the engine reads.
    if (r[R6 + 1] !== 0 || context !== this.context) throw this.contextFault(pc, unsigned(r, R6));
    const offset = (r[words[pc + 1]!]! + words[pc + 2]!) | 0;
    const at = packetLoadAddress(memory, environment.context.packet!, context, offset, size);
    r[R0 + 1] = 0;
    if (at === 0) {
      r[R0] = 0;
      return false;
    }
    const { view } = this;
    r[R0] = size === 4 ? view.getInt32(at) : size === 2 ? view.getUint16(at) : view.getUint8(at);
    return true;
  }

  /** Remembers the packet where an access is inside it, and forgets it where a store may have changed what the context says of it. */
  private notePacket(at: number, bytes: number, write: boolean): void {
    const { context, machine } = this;
    const { size, packet } = this.code.environment.context;
    if (packet === undefined) return;
    if (write && at < context + size && at + bytes > context) {
      this.packet = 0;
      this.packetEnd = 0;
      return;
    }
    const data = machine.memory.uint32(context + packet.data);
    const end = Math.min(data + machine.memory.uint32(context + packet.length), machine.memory.bytes.length);
    if (at < data || at + bytes > end || data < FIRST_ADDRESS) return;
    this.packet = data;
    this.packetEnd = end;
  }

  /** Address that the instruction at `pc` reaches through a register, once it is permitted. */
  private reach(r: Int32Array, pc: number, register: number, bytes: number, write: boolean): number {
    const { code, context, frameBase } = this;
    const offset = code.words[pc + 2]!;
    const at = (r[register]! >>> 0) + offset;
    if (r[register + 1] === 0 && mayTouch(code.environment, context, frameBase, at, bytes, write)) {
      this.notePacket(at, bytes, write);
      return at;
    }
    throw this.accessFault(pc, unsigned(r, register) + BigInt(offset), bytes, write);
  }

  /** A load from wherever a register points. */
  private probe(r: Int32Array, pc: number, d: number, s: number): void {
    const { bytes, signed: isSigned } = this.code.instructions[pc / STRIDE] as Load;
    const { view } = this;
    const at = (r[s]! >>> 0) + this.code.words[pc + 2]!;
    if (r[s + 1] !== 0 || at < FIRST_ADDRESS || at + bytes > view.byteLength) {
      r[d] = 0;
      r[d + 1] = 0;
    } else if (isSigned && bytes < 8) {
      r[d] = bytes === 1 ? view.getInt8(at) : bytes === 2 ? view.getInt16(at, true) : view.getInt32(at, true);
      r[d + 1] = r[d]! >> 31;
    } else loadUnsigned(r, d, view, at, bytes);
  }

  /** The same for what must be aligned to its size, where the verifier insists on it (check_atomic). */
  private reachAligned(r: Int32Array, pc: number, register: number, bytes: number, write: boolean): number {
    const at = this.reach(r, pc, register, bytes, write);
    if (at % bytes === 0) return at;
    throw this.fault(
      "address",
      pc,
      `accesses ${bytes} bytes at 0x${at.toString(16)}, which is not a multiple of ${bytes}.`,
    );
  }

  /** The view of the machine's memory, which moves when it grows. What was known of the packet is no longer. */
  private refreshed(): DataView {
    this.packet = 0;
    this.packetEnd = 0;
    const { buffer } = this.machine.memory.bytes;
    if (this.view.buffer !== buffer) this.view = new DataView(buffer);
    return this.view;
  }

  private valuesOf(code: DenseCode): Int32Array {
    let values = this.arrays.get(code);
    if (values === undefined) {
      values = code.values.slice();
      this.arrays.set(code, values);
    }
    return values;
  }

  private fault(reason: FaultReason, pc: number, what: string): InterpretedFault {
    return new InterpretedFault(reason, this.instructionAt(pc), this.registers, what);
  }

  private accessFault(pc: number, address: bigint, bytes: number, write: boolean): InterpretedFault {
    return this.fault("address", pc, describeAccess(address, bytes, write));
  }

  private contextFault(pc: number, r6: bigint): InterpretedFault {
    return this.fault("address", pc, `needs the context's address in r6, where 0x${r6.toString(16)} is.`);
  }

  private stackFault(pc = this.pc): InterpretedFault {
    return this.fault("stack", pc, "finds no room on the stack: programs that run programs have used it up.");
  }

  /** What the program is told that runs too long. */
  tooLong(): InterpretedFault {
    return this.fault(
      "steps",
      this.pc,
      `is next after ${this.executed} instructions, and the program may run no more.`,
    );
  }

  private instructionAt(pc: number): Instruction {
    return this.code.instructions[pc / STRIDE]!;
  }
}

function isInterpreted(target: BpfFunction): target is InterpretedFunction {
  return target.engine === INTERPRETER && "code" in target;
}

/** Is one 64-bit number greater than another? The upper halves are unsigned or signed, as the comparison is. */
function isAbove(low: number, high: number, otherLow: number, otherHigh: number): boolean {
  return high > otherHigh || (high === otherHigh && low > otherLow);
}

function loadUnsigned(r: Int32Array, d: number, view: DataView, at: number, bytes: 1 | 2 | 4 | 8): void {
  r[d] = bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at, true) : view.getInt32(at, true);
  r[d + 1] = bytes === 8 ? view.getInt32(at + 4, true) : 0;
}

function store(r: Int32Array, s: number, view: DataView, at: number, bytes: 1 | 2 | 4 | 8): void {
  if (bytes === 1) view.setInt8(at, r[s]!);
  else if (bytes === 2) view.setInt16(at, r[s]!, true);
  else view.setInt32(at, r[s]!, true);
  if (bytes === 8) view.setInt32(at + 4, r[s + 1]!, true);
}
