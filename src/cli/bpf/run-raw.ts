import { plainHelpers } from "../../bpf/helpers/plain.ts";
import { MemoryProgram } from "../../bpf/vm/memory-run.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import type { Terminal } from "../command.ts";
import { engineNamed, orRefusal, surroundings } from "./engine.ts";
import { encodedBytes, parseHex, readInput, refuseExtended } from "./program-file.ts";
import { KERNEL, type RunProgramFlags } from "./run.ts";

/** Runs the program on standard input on memory; see bpf_conformance's plugins. */
export async function runRaw(words: readonly string[], flags: RunProgramFlags, terminal: Terminal): Promise<ExitCode> {
  if (flags.map.length > 0) fail("usage", "--raw runs programs without maps.");
  const memory = words.join("").trim() === "" ? new Uint8Array() : parseHex(words.join(""));
  if (memory === undefined) fail("usage", "The memory is an even number of hexadecimal digits.");
  const input = readInput("-", terminal);
  const program = encodedBytes(input);
  if (program === undefined)
    fail("program-syntax", "The program on standard input is an even number of hexadecimal digits.", {
      place: { file: input.name },
      hint: "'netsim bpf asm --hex' makes them of a program's text.",
    });
  refuseExtended(input.name, program);
  const r0 =
    flags.engine === KERNEL
      ? await (await import("./run-in-kernel.ts")).runRawInKernel(input.name, program, memory)
      : orRefusal(input.name, () => {
          const helpers = plainHelpers(surroundings(terminal));
          return new MemoryProgram(program, memory, engineNamed(flags.engine), helpers).run().r0;
        });
  terminal.out(`${r0.toString(16)}\n`);
  return EXIT.ok;
}
