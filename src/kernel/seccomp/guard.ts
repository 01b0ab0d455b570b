import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { ACTION } from "../../hooks/seccomp/action.ts";
import { INSTALLATION_MAGIC, SECCOMP_CALL } from "./installation.ts";

const [LOAD, EQUALS, RETURN] = [0x20, 0x15, 0x06];
/** Offsets in struct seccomp_data: the number, and the low half of the sixth argument. */
const [NUMBER, SIXTH] = [0, 56];
const DATA = 0xffff;

/** A filter that lets what installs filters through, and has a tracer told of all other calls, with a message of 16 bits. */
export function guard(message: number): ClassicInstruction[] {
  return [
    { code: LOAD, jt: 0, jf: 0, k: NUMBER },
    { code: EQUALS, jt: 1, jf: 0, k: SECCOMP_CALL.x86_64 },
    { code: EQUALS, jt: 0, jf: 3, k: SECCOMP_CALL.i386 },
    { code: LOAD, jt: 0, jf: 0, k: SIXTH },
    { code: EQUALS, jt: 0, jf: 1, k: INSTALLATION_MAGIC },
    { code: RETURN, jt: 0, jf: 0, k: ACTION.ALLOW },
    { code: RETURN, jt: 0, jf: 0, k: (ACTION.TRACE | message) >>> 0 },
  ];
}

/** A message that none of these filters has among its constants, by which the guard's is told from theirs. */
export function guardMessage(filters: readonly (readonly ClassicInstruction[])[]): number {
  const taken = new Set(filters.flatMap((filter) => filter.map(({ k }) => k & DATA)));
  for (let message = DATA; message > 0; message--) if (!taken.has(message)) return message;
  throw new RangeError("the filters use all messages");
}
