import type { AluOperation, Condition, Instruction } from "../../isa/instruction.ts";
import { ANCILLARY_BASE, isAncillaryLoad } from "../ancillary.ts";
import { type ClassicInstruction, isBranch, JUMP_ALWAYS } from "../instruction.ts";
import { ancillaryLoadInto } from "./ancillary-load.ts";
import { Emitter, REGISTER } from "./emitter.ts";
import { KERNEL_LOADS, LOAD_INSTRUCTIONS, type PacketLoads } from "./packet-load.ts";
import { SK_BUFF } from "./sk-buff.ts";

const { a, argument, temporary, context, x, frame } = REGISTER;

/**
 * How loads are done:
 * - `kernel`: of a packet, as today's kernel converts them: directly in the linear part, else by a call;
 * - `instructions`: of a packet, by one LD_ABS or LD_IND each, which is what engines run fastest;
 * - `seccomp`: of a struct seccomp_data in host order, which R1 points at.
 * In the first two R1 points at a context SK_BUFF.
 */
export type ClassicLoads = "kernel" | "instructions" | "seccomp";

/** Bytes of struct seccomp_data (linux/seccomp.h): what `ld len` gives there. */
const SECCOMP_DATA_BYTES = 64;

/**
 * Converts a classic program to an extended one, as the kernel does with every classic program that it takes
 * (bpf_convert_filter of net/core/filter.c): instruction by instruction and, but for `instructions`, in the same shape and length.
 * @param program one that `checkClassic` has nothing against.
 */
export function convertClassic(program: readonly ClassicInstruction[], loads: ClassicLoads = "kernel"): Instruction[] {
  const translate = loads === "seccomp" ? seccompInstruction : packetInstruction(PACKET_LOADS[loads]);
  const prologue = loads !== "seccomp" && program.some(readsPacket) ? PACKET_LOADS[loads].prologue : () => {};
  // Jumps go forward, to places that are known once everything was emitted: the first pass only measures.
  const nowhere = new Array<number>(program.length + 1).fill(0);
  const { starts } = emit(program, prologue, translate, nowhere);
  return emit(program, prologue, translate, starts).instructions;
}

const PACKET_LOADS = { kernel: KERNEL_LOADS, instructions: LOAD_INSTRUCTIONS } as const;

/** Emits a classic instruction that is no jump. */
type Translate = (to: Emitter, instruction: ClassicInstruction) => void;

/** @param starts slot at which each classic instruction's translation begins. */
function emit(
  program: readonly ClassicInstruction[],
  prologue: (to: Emitter) => void,
  translate: Translate,
  starts: readonly number[],
): { instructions: Instruction[]; starts: number[] } {
  const to = new Emitter();
  const begun: number[] = [];
  // A and X begin as 0, and the context outlives calls.
  to.alu(32, "xor", a, { src: a });
  to.alu(32, "xor", x, { src: x });
  to.alu(64, "mov", context, { src: argument });
  prologue(to);
  for (const [i, instruction] of program.entries()) {
    begun.push(to.index);
    const target = (distance: number) => starts[i + 1 + distance]!;
    if (instruction.code === JUMP_ALWAYS) to.jump(target(instruction.k));
    else if (isBranch(instruction.code)) branch(to, instruction, target(instruction.jt), target(instruction.jf));
    else translate(to, instruction);
  }
  return { instructions: to.instructions, starts: begun };
}

/** Loads of struct seccomp_data; the rest is the same. */
function seccompInstruction(to: Emitter, instruction: ClassicInstruction): void {
  switch (instruction.code) {
    case 0x20: // ld [k]
      to.load(4, a, context, instruction.k);
      break;
    case 0x80: // ld len
      to.alu(32, "mov", a, { imm: SECCOMP_DATA_BYTES });
      break;
    case 0x81: // ldx len
      to.alu(32, "mov", x, { imm: SECCOMP_DATA_BYTES });
      break;
    default:
      plainInstruction(to, instruction);
  }
}

/** Loads of a packet and of what is beside it; the rest is the same. */
function packetInstruction(loads: PacketLoads): Translate {
  return (to, instruction) => {
    const { code, k } = instruction;
    switch (code) {
      case 0x20: // ld [k]
      case 0x28: // ldh [k]
      case 0x30: // ldb [k]
        if (isAncillaryLoad(instruction)) ancillaryLoadInto(to, k - ANCILLARY_BASE);
        else loads.absolute(to, sizeOf(code), k);
        break;
      case 0x40: // ld [x + k]
      case 0x48: // ldh [x + k]
      case 0x50: // ldb [x + k]
        loads.indirect(to, sizeOf(code), k);
        break;
      case 0xb1: // ldxb 4*([k]&0xf)
        headerLength(to, loads, k);
        break;
      case 0x80: // ld len
        to.load(4, a, context, SK_BUFF.len);
        break;
      case 0x81: // ldx len
        to.load(4, x, context, SK_BUFF.len);
        break;
      default:
        plainInstruction(to, instruction);
    }
  };
}

const ARITHMETIC: Readonly<Record<number, AluOperation>> = {
  0: "add",
  16: "sub",
  32: "mul",
  48: "div",
  64: "or",
  80: "and",
  96: "lsh",
  112: "rsh",
  144: "mod",
  160: "xor",
};

/** What has nothing to do with packets. */
function plainInstruction(to: Emitter, { code, k }: ClassicInstruction): void {
  switch (code) {
    case 0x00: // ld #k
      to.alu(32, "mov", a, { imm: k });
      break;
    case 0x01: // ldx #k
      to.alu(32, "mov", x, { imm: k });
      break;
    case 0x60: // ld M[k]
      to.load(4, a, frame, slotOffset(k));
      break;
    case 0x61: // ldx M[k]
      to.load(4, x, frame, slotOffset(k));
      break;
    case 0x02: // st M[k]
      to.storeWord(frame, slotOffset(k), a);
      break;
    case 0x03: // stx M[k]
      to.storeWord(frame, slotOffset(k), x);
      break;
    case 0x07: // tax
      to.alu(64, "mov", x, { src: a });
      break;
    case 0x87: // txa
      to.alu(64, "mov", a, { src: x });
      break;
    case 0x84: // neg
      to.negate(a);
      break;
    case 0x3c: // div x
    case 0x9c: // mod x
      to.alu(32, "mov", x, { src: x });
      to.branch("ne", x, { imm: 0 }, to.index + 3);
      to.exitWithZero();
      to.alu(32, ARITHMETIC[code & 0xf0]!, a, { src: x });
      break;
    case 0x06: // ret #k
      to.alu(32, "mov", a, { imm: k });
      to.exit();
      break;
    case 0x16: // ret a
      to.exit();
      break;
    default:
      to.alu(32, ARITHMETIC[code & 0xf0]!, a, (code & 0x08) === 0 ? { imm: k } : { src: x });
  }
}

/** X = 4 * (packet[k] & 0xf), by way of A, which is kept in X meanwhile. */
function headerLength(to: Emitter, loads: PacketLoads, k: number): void {
  to.alu(64, "mov", x, { src: a });
  loads.absolute(to, 1, k);
  to.alu(32, "and", a, { imm: 0xf });
  to.alu(32, "lsh", a, { imm: 2 });
  to.alu(64, "mov", temporary, { src: x });
  to.alu(64, "mov", x, { src: a });
  to.alu(64, "mov", a, { src: temporary });
}

const CONDITIONS: Readonly<Record<number, { readonly holds: Condition; readonly fails?: Condition }>> = {
  16: { holds: "eq", fails: "ne" },
  32: { holds: "gt", fails: "le" },
  48: { holds: "ge", fails: "lt" },
  64: { holds: "set" },
};

/** One jump where one of the ways is to the next instruction and the condition can be turned round for it, else two. */
function branch(to: Emitter, { code, jt, jf, k }: ClassicInstruction, whenTrue: number, whenFalse: number): void {
  const { holds, fails } = CONDITIONS[code & 0xf0]!;
  const operand = (code & 0x08) !== 0 ? { src: x } : comparand(to, k);
  if (jf === 0) to.branch(holds, a, operand, whenTrue);
  else if (jt === 0 && fails !== undefined) to.branch(fails, a, operand, whenFalse);
  else {
    to.branch(holds, a, operand, whenTrue);
    to.jump(whenFalse);
  }
}

/** Immediates are extended by their sign, so that a comparison with a constant of the upper half needs it in a register. */
function comparand(to: Emitter, k: number): { readonly src: number } | { readonly imm: number } {
  if (k <= 0x7fff_ffff) return { imm: k };
  to.alu(32, "mov", temporary, { imm: k });
  return { src: temporary };
}

function sizeOf(code: number): 1 | 2 | 4 {
  return (code & 0x18) === 0x00 ? 4 : (code & 0x18) === 0x08 ? 2 : 1;
}

/** M[k] below the frame pointer. */
function slotOffset(k: number): number {
  return -4 * (k + 1);
}

function readsPacket(instruction: ClassicInstruction): boolean {
  switch (instruction.code) {
    case 0x20:
    case 0x28:
    case 0x30:
      return !isAncillaryLoad(instruction);
    case 0x40:
    case 0x48:
    case 0x50:
    case 0xb1:
      return true;
    default:
      return false;
  }
}
