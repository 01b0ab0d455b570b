import { ERRNO } from "../maps/errno.ts";
import type { VerifierError } from "../verifier/verifier-result.ts";

/** Beginnings, and parts, of what the verifier says where it gives EACCES (kernel/bpf/verifier.c); elsewhere it gives EINVAL. */
const ACCESS_DENIED: readonly RegExp[] = [
  /^R\d+ (?!is invalid|must (be referenced|have zero offset|be a known constant)|is not a (scalar|known (?!constant')))/,
  /^BPF_ATOMIC stores into R\d+ .* is not allowed$/,
  /^invalid (bpf_context|access to (?!map value pointer)|indirect|mem access|read from stack|size of register|zero-sized read)/,
  /^invalid (variable-offset|unbounded variable-offset)( indirect)? (read|write|access).* stack .*(?<!size=\d+)$/,
  /^(dereference of modified|negative offset|variable) /,
  /^misaligned /,
  /^(read from|write into) map forbidden/,
  /^cannot write into|^helper access to the packet is not allowed|^only read from /,
  /cannot be accessed directly by|^frame pointer is read only/,
  /^combined stack size of|^attempt to corrupt spilled pointer|^corrupted spill memory|^leaking pointer from/,
  /pointer comparison prohibited|^access beyond|^map_ptr access|^cannot access ptr member/,
];
const TOO_MUCH = /^BPF program is too large|^the call stack of|^The sequence of/;
/** check_get_func_ip */
const NO_FUNCTION = /^func bpf_get_func_ip#173 (not supported|supported only) for /;
const STACK_ACCESS =
  /^invalid (?:read from|write to|indirect read from|indirect write to|access to) stack R\d+ off=(-?\d+) size=(-?\d+)$/;

/** The error number with which the kernel refuses to load a program that its verifier does not accept; negative. */
export function verdictErrno({ message, lines }: VerifierError): number {
  if (TOO_MUCH.test(message)) return -ERRNO.E2BIG;
  if (NO_FUNCTION.test(message)) return -ERRNO.ENOTSUPP;
  const stack = STACK_ACCESS.exec(message);
  // What begins in the stack and ends above it is told from what begins elsewhere (check_stack_access_within_bounds).
  if (stack !== null)
    return Number(stack[1]) < 0 && Number(stack[1]) + Number(stack[2]) > 0 ? -ERRNO.EINVAL : -ERRNO.EACCES;
  // A pointer that is known to be at the end, or beyond it, has no range to be looked at.
  if (/^R\d+ offset is outside of the packet$/.test(message)) return lines.length > 1 ? -ERRNO.EACCES : -ERRNO.EINVAL;
  return ACCESS_DENIED.some((pattern) => pattern.test(message)) ? -ERRNO.EACCES : -ERRNO.EINVAL;
}
