import type { ClassicInstruction } from "./instruction.ts";
import { listingText } from "./listing.ts";
import { assemblyLines } from "./text/assembly.ts";
import type { ClassicForm } from "./text/form.ts";

/**
 * Writes a program in one of its forms, each line ended by a newline. The three forms of tcpdump are what it prints,
 * byte for byte. Fields that an instruction does not use are lost in the forms with mnemonics, and a listing says
 * `unimp` for `ldx len`, as libpcap does.
 * Throws RangeError when `bpf_asm` has no way to write an instruction; it has one for all that `checkClassic` permits.
 */
export function formatClassic(instructions: readonly ClassicInstruction[], form: ClassicForm): string {
  return FORMATS[form](instructions)
    .map((line) => `${line}\n`)
    .join("");
}

const FORMATS: Record<ClassicForm, (instructions: readonly ClassicInstruction[]) => string[]> = {
  bpf_asm: assemblyLines,
  "tcpdump-d": (program) =>
    program.map((instruction, i) => `(${`${i}`.padStart(3, "0")}) ${listingText(instruction, i)}`),
  "tcpdump-dd": (program) =>
    program.map(
      ({ code, jt, jf, k }) => `{ 0x${code.toString(16)}, ${jt}, ${jf}, 0x${k.toString(16).padStart(8, "0")} },`,
    ),
  "tcpdump-ddd": (program) => [`${program.length}`, ...program.map(numbers)],
  bytecode: (program) => [[`${program.length}`, ...program.map(numbers)].join(",")],
};

function numbers({ code, jt, jf, k }: ClassicInstruction): string {
  return `${code} ${jt} ${jf} ${k}`;
}
