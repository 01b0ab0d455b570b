import { checkClassic } from "../bpf/classic/checker.ts";
import { parseClassicProgram } from "../bpf/classic/parser.ts";
import type { ProgramSource } from "../topology/model.ts";
import type { LoadedProgram, ProgramLanguage } from "./language.ts";
import { orSyntaxErrors, refuseProgram } from "./program-text.ts";

/** Classic BPF as text: bpf_asm, what tcpdump -d, -dd and -ddd print, or the bytecode of tc and xt_bpf. */
export const classicLanguage: ProgramLanguage = {
  name: "classic",
  description:
    "Classic BPF: a file's path, or the text itself, in bpf_asm's syntax or as tcpdump -d, -dd or -ddd prints it.",
  schema: { type: "string", minLength: 1 },

  load(source: ProgramSource): LoadedProgram {
    const { instructions, lines } = orSyntaxErrors(source, () => parseClassicProgram(source.text));
    const problems = checkClassic(instructions);
    if (problems.length > 0) refuseProgram(source, problems, (slot) => lines[slot] ?? 1);
    return { form: "classic", type: "classic", name: source.name, instructions };
  },
};
