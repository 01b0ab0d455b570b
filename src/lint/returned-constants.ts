import { decodeProgram } from "../bpf/isa/decode.ts";
import type { LoadedProgram } from "../programs/language.ts";

const RETURN_CONSTANT = 0x06;

/** Constants that a program returns, signed 32 bits, each once: of extended programs those that R0 is set to right before an exit, or a jump to one. */
export function returnedConstants(loaded: LoadedProgram): number[] {
  if (loaded.form === "classic")
    return unique(loaded.instructions.filter(({ code }) => code === RETURN_CONSTANT).map(({ k }) => k | 0));
  const { instructions } = decodeProgram(loaded.bytes);
  // Functions lie behind the program itself; what they return it goes on with.
  const end = Math.min(
    instructions.length,
    ...instructions.flatMap((it) => (it?.kind === "call-local" ? it.target : [])),
  );
  return unique(
    instructions.slice(0, end).flatMap((it, slot) => {
      if (it?.kind !== "alu" || it.operation !== "mov" || it.dst !== 0 || it.src !== null) return [];
      const next = instructions[slot + 1];
      const last = next?.kind === "jump" ? instructions[next.target] : next;
      return last?.kind === "exit" ? [it.imm | 0] : [];
    }),
  );
}

const unique = (values: readonly number[]): number[] => [...new Set(values)];
