import { decodeProgram } from "../../bpf/isa/decode.ts";
import { TYPE } from "../../bpf/verifier/state/register-type.ts";
import type { VerifierResult } from "../../bpf/verifier/verifier-result.ts";
import { SK_BUFF } from "./sk-buff-block.ts";

/** Bytes of the field `tstamp`. */
const TIME_BYTES = 8;
/** Where an instruction's offset stands in it. */
const OFFSET = 2;

/**
 * Whoever does not read `tstamp_type` takes `tstamp` for a time of arrival: what comes in with another time, as TCP's does out of a veth
 * pair, shows it 0 (bpf_convert_tstamp_read). Such a program's loads of it, in `program`, are led to `SK_BUFF.arrival`. One that writes the
 * field reads what it has written, and so is left as it is.
 */
export function readTimeOfArrival(program: Uint8Array, { insight }: Pick<VerifierResult, "insight">): void {
  const loads: number[] = [];
  for (const instruction of decodeProgram(program).instructions) {
    if (instruction?.kind !== "load" && instruction?.kind !== "store") continue;
    const { index, offset, kind } = instruction;
    const isTime = offset >= SK_BUFF.timestamp && offset < SK_BUFF.timestamp + TIME_BYTES;
    if ((!isTime && offset !== SK_BUFF.timestampType) || insight(index).pointerType !== TYPE.context) continue;
    if (!isTime || kind === "store") return;
    loads.push(index);
  }
  const view = new DataView(program.buffer, program.byteOffset, program.length);
  for (const index of loads) {
    const at = index * 8 + OFFSET;
    view.setInt16(at, view.getInt16(at, true) + SK_BUFF.arrival - SK_BUFF.timestamp, true);
  }
}
