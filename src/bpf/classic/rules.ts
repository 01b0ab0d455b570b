import { ANCILLARY_BASE, ancillaryLoad } from "./ancillary.ts";
import { type ClassicInstruction, SCRATCH_SLOTS } from "./instruction.ts";

/** What is wrong with an operand: the end of a sentence that begins with the instruction, and what to do. */
export interface Complaint {
  readonly text: string;
  readonly hint?: string;
}

/** Looks at an instruction's operand, apart from jump distances. */
export type OperandRule = (instruction: ClassicInstruction) => Complaint | undefined;

/** What programs may do at one kind of place. */
export interface ClassicRules {
  /** What runs such programs, with its article: "a packet program". */
  readonly place: string;
  /** Opcodes that are permitted, each with the rule for its operand. */
  readonly opcodes: ReadonlyMap<number, OperandRule>;
}

const anyOperand: OperandRule = () => undefined;

const divisor: OperandRule = ({ k }) =>
  k === 0 ? { text: "divides by the constant 0.", hint: "Give it a constant other than 0." } : undefined;

const shift: OperandRule = ({ k }) =>
  k >= 32 ? { text: `shifts a 32-bit value by ${k}.`, hint: "A constant shift is 0 to 31 bits." } : undefined;

/** Rule for loads and stores of M[k]. */
export const scratchSlot: OperandRule = ({ k }) =>
  k >= SCRATCH_SLOTS
    ? { text: `names the scratch slot M[${k}].`, hint: `There are M[0] to M[${SCRATCH_SLOTS - 1}].` }
    : undefined;

const packetOffset: OperandRule = ({ k }) =>
  k >= ANCILLARY_BASE && ancillaryLoad(k) === undefined
    ? {
        text: `loads from offset ${k | 0}, where no ancillary value is.`,
        hint: "Ancillary values are at every fourth offset from -4096 (proto) to -4036 (vlan_tpid).",
      }
    : undefined;

/** chk_code_allowed and the operand checks of bpf_check_classic (net/core/filter.c): the rules of every packet program. */
export const PACKET_RULES: ClassicRules = {
  place: "a packet program",
  opcodes: new Map<number, OperandRule>([
    [0x00, anyOperand], // ld #k
    [0x20, packetOffset], // ld [k]
    [0x28, packetOffset], // ldh [k]
    [0x30, packetOffset], // ldb [k]
    [0x40, anyOperand], // ld [x + k]
    [0x48, anyOperand], // ldh [x + k]
    [0x50, anyOperand], // ldb [x + k]
    [0x60, scratchSlot], // ld M[k]
    [0x80, anyOperand], // ld len
    [0x01, anyOperand], // ldx #k
    [0x61, scratchSlot], // ldx M[k]
    [0x81, anyOperand], // ldx len
    [0xb1, anyOperand], // ldxb 4*([k]&0xf)
    [0x02, scratchSlot], // st M[k]
    [0x03, scratchSlot], // stx M[k]
    [0x04, anyOperand], // add #k
    [0x0c, anyOperand], // add x
    [0x14, anyOperand], // sub #k
    [0x1c, anyOperand], // sub x
    [0x24, anyOperand], // mul #k
    [0x2c, anyOperand], // mul x
    [0x34, divisor], // div #k
    [0x3c, anyOperand], // div x
    [0x94, divisor], // mod #k
    [0x9c, anyOperand], // mod x
    [0x44, anyOperand], // or #k
    [0x4c, anyOperand], // or x
    [0x54, anyOperand], // and #k
    [0x5c, anyOperand], // and x
    [0xa4, anyOperand], // xor #k
    [0xac, anyOperand], // xor x
    [0x64, shift], // lsh #k
    [0x6c, anyOperand], // lsh x
    [0x74, shift], // rsh #k
    [0x7c, anyOperand], // rsh x
    [0x84, anyOperand], // neg
    [0x05, anyOperand], // ja
    [0x15, anyOperand], // jeq #k
    [0x1d, anyOperand], // jeq x
    [0x25, anyOperand], // jgt #k
    [0x2d, anyOperand], // jgt x
    [0x35, anyOperand], // jge #k
    [0x3d, anyOperand], // jge x
    [0x45, anyOperand], // jset #k
    [0x4d, anyOperand], // jset x
    [0x06, anyOperand], // ret #k
    [0x16, anyOperand], // ret a
    [0x07, anyOperand], // tax
    [0x87, anyOperand], // txa
  ]),
};
