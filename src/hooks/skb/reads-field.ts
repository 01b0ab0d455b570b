import { decodeProgram } from "../../bpf/isa/decode.ts";
import { TYPE } from "../../bpf/verifier/state/register-type.ts";
import type { VerifierResult } from "../../bpf/verifier/verifier-result.ts";

/** Does a program read the field of its context that lies at an offset? */
export function readsField(program: Uint8Array, { insight }: Pick<VerifierResult, "insight">, offset: number): boolean {
  return decodeProgram(program).instructions.some(
    (instruction) =>
      instruction?.kind === "load" &&
      instruction.offset === offset &&
      insight(instruction.index).pointerType === TYPE.context,
  );
}
