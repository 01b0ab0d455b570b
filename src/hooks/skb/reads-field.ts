import { decodeProgram } from "../../bpf/isa/decode.ts";
import { TYPE } from "../../bpf/verifier/state/register-type.ts";
import type { VerifierResult } from "../../bpf/verifier/verifier-result.ts";

type Verified = Pick<VerifierResult, "insight">;

/** Does a program read its context at an offset, or somewhere from there to before `end`? */
export const readsField = (program: Uint8Array, verified: Verified, offset: number, end = offset + 1): boolean =>
  touches(program, verified, "load", offset, end);

/** Does a program write to its context? */
export const writesContext = (program: Uint8Array, verified: Verified): boolean =>
  touches(program, verified, "store", 0, Number.POSITIVE_INFINITY);

function touches(program: Uint8Array, { insight }: Verified, kind: "load" | "store", from: number, end: number) {
  return decodeProgram(program).instructions.some(
    (instruction) =>
      instruction?.kind === kind &&
      instruction.offset >= from &&
      instruction.offset < end &&
      insight(instruction.index).pointerType === TYPE.context,
  );
}
