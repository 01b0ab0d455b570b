import { checkClassic } from "../../bpf/classic/checker.ts";
import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { type ClassicRules, type OperandRule, PACKET_RULES } from "../../bpf/classic/rules.ts";
import { translatedLength } from "../../bpf/classic/translation.ts";
import { SECCOMP_DATA_BYTES } from "./seccomp-data.ts";

const dataOffset: OperandRule = ({ k }) => {
  if (k >= SECCOMP_DATA_BYTES)
    return {
      text: `loads from offset ${k | 0}, outside of struct seccomp_data.`,
      hint: `It has ${SECCOMP_DATA_BYTES} bytes: nr at 0, arch at 4, instruction_pointer at 8, args at 16.`,
    };
  return k % 4 === 0
    ? undefined
    : { text: `loads from offset ${k}, which is not a multiple of 4.`, hint: "Filters load whole words of 32 bits." };
};

/** Packet opcodes that seccomp_check_filter does not have: byte, half and indirect loads, the header length, MOD and XOR. */
const ABSENT: ReadonlySet<number> = new Set([0x28, 0x30, 0x40, 0x48, 0x50, 0xb1, 0x94, 0x9c]);

/** What kernel/seccomp.c, seccomp_check_filter, permits of what bpf_check_classic does. */
export const SECCOMP_RULES: ClassicRules = {
  place: "a seccomp filter",
  opcodes: new Map(
    [...PACKET_RULES.opcodes]
      .filter(([code]) => !ABSENT.has(code))
      .map(([code, rule]) => [code, code === 0x20 ? dataOffset : rule]),
  ),
};

/** Everything that Linux has against a filter; empty where it takes it. */
export function checkSeccompFilter(program: readonly ClassicInstruction[]) {
  return checkClassic(program, SECCOMP_RULES);
}

/** Extended instructions that begin every translated filter. */
const PROLOGUE = 3;

/** MAX_INSNS_PER_PATH: the most instructions that all filters of a thread may have together. */
export const MAX_INSTRUCTIONS_PER_PATH = 32_768;

/** What each older filter adds to that sum. */
export const FILTER_PENALTY = 4;

/** Length of a filter as the kernel counts it towards MAX_INSNS_PER_PATH: translated to extended instructions. */
export function kernelLength(program: readonly ClassicInstruction[]): number {
  return program.reduce((sum, instruction) => sum + seccompLength(instruction), PROLOGUE);
}

function seccompLength(instruction: ClassicInstruction): number {
  // A load of struct seccomp_data is one instruction, whatever a packet's would be.
  return instruction.code === 0x20 ? 1 : translatedLength(instruction);
}
