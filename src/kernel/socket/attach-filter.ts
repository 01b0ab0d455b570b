import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import type { Libc } from "../libc.ts";

const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;

/**
 * Programs go to the kernel in this array of struct sock_filter. It lives as long as the module, because a buffer whose
 * address alone is still known may be collected before the call.
 */
const filter = Buffer.alloc(8 * 5000);
/** struct sock_fprog */
const fprog = Buffer.alloc(16);

/** Attaches a program to a socket; returns 0 or the errno of the refusal. */
export function attachFilter(calls: Libc, fd: number, program: readonly ClassicInstruction[]): number {
  for (const [i, { code, jt, jf, k }] of program.entries()) {
    filter.writeUInt16LE(code, i * 8);
    filter[i * 8 + 2] = jt;
    filter[i * 8 + 3] = jf;
    filter.writeUInt32LE(k, i * 8 + 4);
  }
  fprog.writeUInt16LE(program.length, 0);
  fprog.writeBigUInt64LE(calls.address(filter), 8);
  return calls.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, fprog, fprog.length) === 0 ? 0 : calls.errno();
}
