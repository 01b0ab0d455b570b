import { encodeClassic } from "../../bpf/classic/encode.ts";
import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import type { ChildCall } from "./call-block.ts";

/** Numbers of seccomp(2). */
export const SECCOMP_CALL = { x86_64: 317, i386: 354 } as const;
const SET_MODE_FILTER = 1;
/** Sixth argument, which seccomp(2) does not have, of the calls that install filters. */
export const INSTALLATION_MAGIC = 0x6e65_7473;

/**
 * seccomp(2) with a filter (struct sock_fprog).
 * @param flags SECCOMP_FILTER_FLAG_*
 * @param gate `int80`: as programs of 32 bits make it, whose pointers are shorter; `put` gives addresses of 32 bits then.
 */
export function installation(
  filter: readonly ClassicInstruction[],
  put: (data: Uint8Array) => bigint,
  flags = 0,
  gate: "syscall" | "int80" = "syscall",
): ChildCall {
  const instructions = put(encodeClassic(filter));
  const program = Buffer.alloc(16);
  program.writeUInt16LE(filter.length, 0);
  if (gate === "int80") program.writeUInt32LE(Number(instructions), 4);
  else program.writeBigUInt64LE(instructions, 8);
  return {
    nr: gate === "int80" ? SECCOMP_CALL.i386 : SECCOMP_CALL.x86_64,
    args: [BigInt(SET_MODE_FILTER), BigInt(flags), put(program), 0n, 0n, BigInt(INSTALLATION_MAGIC)],
    gate,
  };
}
