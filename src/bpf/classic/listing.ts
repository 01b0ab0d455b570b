import { ancillaryLoad } from "./ancillary.ts";
import { type ClassicInstruction, isBranch, JUMP_ALWAYS } from "./instruction.ts";
import { type OperandKind, SPELLINGS } from "./mnemonics.ts";

/**
 * An instruction as `tcpdump -d` prints it behind the number (bpf_image of libpcap 1.10), spaces and all; what libpcap
 * has no word for is `unimp`.
 * @param index the instruction's number, from which jump targets count.
 */
export function listingText(instruction: ClassicInstruction, index: number): string {
  const { code, jt, jf } = instruction;
  const [mnemonic, operand] = listingWords(instruction, index);
  const line = `${mnemonic.padEnd(8)} `;
  if (!isBranch(code)) return line + operand;
  return `${line}${operand.padEnd(16)} jt ${index + 1 + jt}\tjf ${index + 1 + jf}`;
}

/** The same on single spaces, for sentences. */
export function shortText(instruction: ClassicInstruction, index: number): string {
  return listingText(instruction, index).replace(/\s+/g, " ").trim();
}

function listingWords({ code, k }: ClassicInstruction, index: number): [mnemonic: string, operand: string] {
  if (code === JUMP_ALWAYS) return ["ja", `${(index + 1 + k) | 0}`];
  const spelling = PRINTED_BY_LIBPCAP.has(code) ? SPELLINGS.get(code) : undefined;
  if (spelling === undefined) return ["unimp", `0x${code.toString(16)}`];
  const { mnemonic, operand, decimal } = spelling;
  return [mnemonic, listingOperand(operand, k, decimal)];
}

/** libpcap prints what its own compiler can make; of the kernel's instructions it lacks `ldx len`, and it lacks `ret x`. */
const PRINTED_BY_LIBPCAP: ReadonlySet<number> = new Set([...SPELLINGS.keys()].filter((c) => c !== 0x81 && c !== 0x0e));

function listingOperand(kind: OperandKind, k: number, decimal: boolean): string {
  switch (kind) {
    case "immediate":
      return decimal ? `#${k | 0}` : `#0x${k.toString(16)}`;
    case "x":
      return "x";
    case "packet":
      return `[${ancillaryLoad(k)?.listingName ?? k | 0}]`;
    case "indexed":
      return `[x + ${k | 0}]`;
    case "header":
      return `4*([${k | 0}]&0xf)`;
    case "slot":
      return `M[${k | 0}]`;
    case "length":
      return "#pktlen";
    default:
      // `ret` alone means A, and the others have no operand.
      return "";
  }
}
