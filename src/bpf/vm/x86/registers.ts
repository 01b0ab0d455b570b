/**
 * The processor's register of each BPF register R0 to R10 (arch/x86/net/bpf_jit_comp.c, reg2hex): arguments and result are where
 * the C calling convention has them, R6 to R9 are ones that it preserves.
 */
const NUMBERS = [0, 7, 6, 2, 1, 8, 3, 13, 14, 15, 5] as const;

const NAMES_64 = [
  "rax",
  "rcx",
  "rdx",
  "rbx",
  "rsp",
  "rbp",
  "rsi",
  "rdi",
  "r8",
  "r9",
  "r10",
  "r11",
  "r12",
  "r13",
  "r14",
  "r15",
];
const NAMES_32 = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];
const NAMES_16 = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
const NAMES_8 = ["al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"];

/** Number of the processor's register, 0 to 15. */
export function nativeRegister(register: number): number {
  return NUMBERS[register]!;
}

/** Name of a processor's register in one of its widths. */
export function nameOf(number: number, bits: 8 | 16 | 32 | 64): string {
  if (bits === 64) return NAMES_64[number]!;
  if (number >= 8) return `r${number}${{ 8: "b", 16: "w", 32: "d" }[bits]}`;
  return { 8: NAMES_8, 16: NAMES_16, 32: NAMES_32 }[bits][number]!;
}
