import { convertClassic } from "../../bpf/classic/convert/convert.ts";
import { decodeProgram } from "../../bpf/isa/decode.ts";
import { encodeProgram } from "../../bpf/isa/encode.ts";
import { JIT } from "../../bpf/vm/jit/jit.ts";
import { listCompiled } from "../../bpf/vm/jit/listing.ts";
import { listX86 } from "../../bpf/vm/x86/listing.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Terminal } from "../command.ts";
import type { JitFlags } from "./jit.ts";
import { type InputFile, readInput, readProgram } from "./program-file.ts";
import { loadTestProgram } from "./test-program-file.ts";

/** Shows what a program is compiled to. */
export async function jit(file: string, flags: JitFlags, terminal: Terminal): Promise<ExitCode> {
  const input = readInput(file, terminal);
  terminal.out(flags.x86 ? nativeCode(input, flags) : webAssembly(input, flags, terminal));
  return EXIT.ok;
}

function webAssembly(input: InputFile, flags: JitFlags, terminal: Terminal): string {
  const options = { ...flags, engine: JIT };
  const { bytes, environment } = loadTestProgram(input.name, readProgram(input, flags), options, terminal).program;
  return listCompiled(bytes, environment, { checked: flags.checked === true });
}

function nativeCode(input: InputFile, flags: JitFlags): string {
  const { bmi2, returnThunk } = flags;
  const program = readProgram(input, flags);
  const bytes =
    program.language === "classic" ? encodeProgram(convertClassic(program.instructions, "kernel")) : program.bytes;
  return listX86(decodeProgram(bytes).instructions, { bmi2, returnThunk });
}
