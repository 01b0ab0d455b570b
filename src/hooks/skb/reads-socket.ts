import { decodeProgram } from "../../bpf/isa/decode.ts";
import { TYPE } from "../../bpf/verifier/state/register-type.ts";
import type { VerifierResult } from "../../bpf/verifier/verifier-result.ts";
import { SK_BUFF } from "./sk-buff-block.ts";

/** Does a program read its packet's socket? */
export function readsSocket(program: Uint8Array, { insight }: Pick<VerifierResult, "insight">): boolean {
  return decodeProgram(program).instructions.some(
    (instruction) =>
      instruction?.kind === "load" &&
      instruction.offset === SK_BUFF.sk &&
      insight(instruction.index).pointerType === TYPE.context,
  );
}
