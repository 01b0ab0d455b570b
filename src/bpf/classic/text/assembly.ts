import { ancillaryLoad } from "../ancillary.ts";
import { type ClassicInstruction, isBranch, JUMP_ALWAYS } from "../instruction.ts";
import { type OperandKind, SPELLINGS } from "../mnemonics.ts";

const OPERATION_MASK = 0xf0;

/** By operation, the mnemonic that jumps when its condition fails: of jeq, jgt and jge. jset has none. */
const OPPOSITES: ReadonlyMap<number, string> = new Map([
  [0x10, "jneq"],
  [0x20, "jle"],
  [0x30, "jlt"],
]);

const INDENT = 8;

/** Writes a program for bpf_asm; what is jumped to has a label of its number, as in `L7`. Throws RangeError as `formatClassic` says. */
export function assemblyLines(instructions: readonly ClassicInstruction[]): string[] {
  const labels = new Set(instructions.flatMap(jumpTargets));
  const lost = [...labels].find((target) => target >= instructions.length);
  if (lost !== undefined)
    throw new RangeError(`A jump goes to instruction ${lost}, out of the program; bpf_asm has no label for that.`);
  return instructions.map((instruction, i) => {
    const label = labels.has(i) ? `L${i}:` : "";
    return `${label.padEnd(INDENT)}${assemblyText(instruction, i)}`;
  });
}

function assemblyText(instruction: ClassicInstruction, index: number): string {
  const { code, k } = instruction;
  const labels = jumpTargets(instruction, index).map((target) => `L${target}`);
  if (code === JUMP_ALWAYS) return `ja ${labels[0]}`;
  const spelling = SPELLINGS.get(code);
  if (spelling === undefined)
    throw new RangeError(
      `bpf_asm has no instruction of opcode 0x${code.toString(16)}, which instruction ${index} has.`,
    );
  const operand = assemblyOperand(spelling.operand, k, spelling.decimal);
  const mnemonic = isInverted(instruction) ? OPPOSITES.get(code & OPERATION_MASK)! : spelling.mnemonic;
  return [operand === "" ? mnemonic : `${mnemonic} ${operand}`, ...labels].join(", ");
}

/** The instructions that an instruction's labels name: an unwritten label is the next instruction. */
function jumpTargets(instruction: ClassicInstruction, index: number): number[] {
  const { code, jt, jf, k } = instruction;
  const target = (distance: number) => index + 1 + distance;
  if (code === JUMP_ALWAYS) return [target(k)];
  if (!isBranch(code)) return [];
  if (jf === 0) return [target(jt)];
  return isInverted(instruction) ? [target(jf)] : [target(jt), target(jf)];
}

function isInverted({ code, jt, jf }: ClassicInstruction): boolean {
  return isBranch(code) && jt === 0 && jf !== 0 && OPPOSITES.has(code & OPERATION_MASK);
}

function assemblyOperand(kind: OperandKind, k: number, decimal: boolean): string {
  switch (kind) {
    case "immediate":
      return decimal ? `#${k}` : `#0x${k.toString(16)}`;
    case "packet":
      return ancillaryLoad(k)?.assemblerNames[0] ?? `[${k | 0}]`;
    case "indexed":
      return `[x + ${k | 0}]`;
    case "header":
      return `4*([${k | 0}]&0xf)`;
    case "slot":
      return `M[${k}]`;
    case "length":
      return "len";
    case "none":
      return "";
    default:
      return kind;
  }
}
