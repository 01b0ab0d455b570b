/** A system call as filters see it. */
export interface SeccompCall {
  /** Number, 32 bits; the sign does not matter. */
  readonly nr: number;
  /** AUDIT_ARCH_ value. */
  readonly arch: number;
  /** Up to six arguments, taken modulo 2^64; those that are not given are 0. */
  readonly args?: readonly bigint[];
  /** Address of the instruction that made the call; 0 if not given. */
  readonly instructionPointer?: bigint;
}

/** Bytes of struct seccomp_data: nr at 0, arch at 4, instruction_pointer at 8, args at 16. */
export const SECCOMP_DATA_BYTES = 64;

/** The same in words of 32 bits, which is all that filters can load. */
export const SECCOMP_DATA_WORDS = SECCOMP_DATA_BYTES / 4;

/** __AUDIT_ARCH_LE: little-endian architectures have this bit in their AUDIT_ARCH_ value. */
const LITTLE_ENDIAN = 0x4000_0000;

export function isLittleEndian(arch: number): boolean {
  return (arch & LITTLE_ENDIAN) !== 0;
}

/**
 * Writes a call as the words of struct seccomp_data. Values of 64 bits have their lower word first on little-endian architectures and
 * last on the others.
 * @param words at least 16 words.
 */
export function writeSeccompData(call: SeccompCall, words: Uint32Array): void {
  words[0] = call.nr;
  words[1] = call.arch;
  const first = isLittleEndian(call.arch) ? 0 : 1;
  write64(words, 2, first, call.instructionPointer ?? 0n);
  for (let i = 0; i < 6; i++) write64(words, 4 + 2 * i, first, call.args?.[i] ?? 0n);
}

function write64(words: Uint32Array, at: number, lowFirst: number, value: bigint): void {
  words[at + lowFirst] = Number(value & 0xffff_ffffn);
  words[at + 1 - lowFirst] = Number((value >> 32n) & 0xffff_ffffn);
}

/** Number of the word that holds an argument's lower or upper half. */
export function argumentWord(argument: number, half: "low" | "high", littleEndian: boolean): number {
  return 4 + 2 * argument + ((half === "low") === littleEndian ? 0 : 1);
}
