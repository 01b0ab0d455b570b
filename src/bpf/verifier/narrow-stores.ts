import { decodeProgram } from "../isa/decode.ts";
import { SK_BUFF_OFFSET } from "../program-type/offsets.ts";
import { TYPE } from "./state/register-type.ts";
import type { VerifierResult } from "./verifier-result.ts";

/** Fields of struct __sk_buff of 4 bytes of which the kernel keeps only 2 (struct sk_buff, struct qdisc_skb_cb). */
const NARROW: readonly number[] = [SK_BUFF_OFFSET.queueMapping, SK_BUFF_OFFSET.tcIndex, SK_BUFF_OFFSET.tcClassid];

/** Bits of an opcode that say how many bytes are stored, and their value for 2. */
const SIZE_BITS = 0x18;
const HALF = 0x08;

/** A program on struct __sk_buff whose stores to fields that keep 16 bits store as many, so that it reads back what is kept (bpf_convert_ctx_access). */
export function narrowStores(program: Uint8Array, { insight }: Pick<VerifierResult, "insight">): Uint8Array {
  const narrowed = program.slice();
  for (const instruction of decodeProgram(program).instructions) {
    if (instruction === null || instruction.kind !== "store") continue;
    const { index, offset } = instruction;
    if (!NARROW.includes(offset) || insight(index).pointerType !== TYPE.context) continue;
    narrowed[index * 8] = (narrowed[index * 8]! & ~SIZE_BITS) | HALF;
  }
  return narrowed;
}
