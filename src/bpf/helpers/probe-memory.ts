import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";

/** The error number of an address where nothing is. */
type Missing = (address: bigint) => number;

/** The kernel's own half of addresses begins there on x86-64. */
const KERNEL_HALF = 0xffff_8000_0000_0000n;

const user: Missing = () => -ERRNO.EFAULT;
/** Not even tried below the kernel's half (copy_from_kernel_nofault_allowed). */
export const kernelReadError: Missing = (address) => (address < KERNEL_HALF ? -ERRNO.ERANGE : -ERRNO.EFAULT);
const either: Missing = (address) => (address < KERNEL_HALF ? user(address) : kernelReadError(address));

/**
 * Reading from any address: the machine's memory is all that there is, and user space shares it. bpf_probe_read and its
 * forms, bpf_copy_from_user and bpf_copy_from_user_task, by their numbers (kernel/trace/bpf_trace.c).
 */
export function probeHelpers(memory: HelperMemory): ReadonlyMap<number, HostFunction> {
  const read = (what: string, missing: Missing) => (to: number, size: number, from: bigint) => {
    if (size === 0) return 0;
    const at = memory.within(what, to, size);
    const source = Number(BigInt.asUintN(64, from));
    if (!memory.isInside(source, size)) {
      memory.bytes.fill(0, at, at + size);
      return missing(BigInt.asUintN(64, from));
    }
    memory.bytes.copyWithin(at, source, source + size);
    return 0;
  };
  const readString = (what: string, missing: Missing) => (to: number, size: number, from: bigint) => {
    if (size === 0) return 0;
    const at = memory.within(what, to, size);
    const source = Number(BigInt.asUintN(64, from));
    const { bytes } = memory;
    if (!memory.isInside(source, 1)) {
      bytes.fill(0, at, at + size);
      return missing(BigInt.asUintN(64, from));
    }
    let length = 0;
    while (length < size - 1 && source + length < bytes.length && bytes[source + length] !== 0) {
      bytes[at + length] = bytes[source + length]!;
      length++;
    }
    bytes[at + length] = 0;
    return length + 1;
  };
  const copyFromUser = read("bpf_copy_from_user", user);
  return new Map<number, HostFunction>([
    // bpf_copy_from_user_task: all tasks share user space.
    helper(191, "wwdwd", "signed", (to: number, size: number, from: bigint, _task: number, flags: bigint) =>
      flags === 0n ? copyFromUser(to, size, from) : -ERRNO.EINVAL,
    ),
    helper(4, "wwd", "signed", read("bpf_probe_read", either)),
    helper(112, "wwd", "signed", read("bpf_probe_read_user", user)),
    helper(113, "wwd", "signed", read("bpf_probe_read_kernel", kernelReadError)),
    helper(148, "wwd", "signed", copyFromUser),
    helper(45, "wwd", "signed", readString("bpf_probe_read_str", either)),
    helper(114, "wwd", "signed", readString("bpf_probe_read_user_str", user)),
    helper(115, "wwd", "signed", readString("bpf_probe_read_kernel_str", kernelReadError)),
  ]);
}
