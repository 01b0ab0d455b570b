import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { instructionTexts } from "./seccomp-listing.ts";

/** A filter as C: an array of struct sock_filter with what each instruction does, and a struct sock_fprog. */
export function cSource(program: readonly ClassicInstruction[]): string {
  const texts = instructionTexts(program);
  const lines = program.map(({ code, jt, jf, k }, i) => {
    const numbers = `{ 0x${code.toString(16).padStart(2, "0")}, ${jt}, ${jf}, 0x${k.toString(16).padStart(8, "0")} },`;
    return `\t${numbers.padEnd(32)}/* ${`${i}`.padStart(4, "0")}: ${texts[i]} */`;
  });
  return [
    "#include <linux/filter.h>",
    "",
    "static struct sock_filter filter[] = {",
    ...lines,
    "};",
    "",
    "static struct sock_fprog program = {",
    "\t.len = sizeof(filter) / sizeof(filter[0]),",
    "\t.filter = filter,",
    "};",
    "",
  ].join("\n");
}
