import { helper } from "../../bpf/helpers/helper.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import { CASTS, type KindOfSocket } from "../helpers/socket-kinds.ts";
import type { KernelEvents } from "./kernel-events.ts";
import { type Layouts, layouts } from "./layouts.ts";

/**
 * What programs at events ask of the kernel's objects that they have pointers to, by helpers' numbers: what sockets are
 * (bpf_skc_to_*, bpf_get_socket_cookie; net/core/filter.c), whose files are, and a task's registers (bpf_task_pt_regs; kernel/trace/bpf_trace.c).
 */
export function objectHelpers(memory: LinearMemory, events: () => KernelEvents): ReadonlyMap<number, HostFunction> {
  let known: Layouts["sock"] | undefined;
  const uint16 = (at: number) => memory.bytes[at]! | (memory.bytes[at + 1]! << 8);
  const seenAt = (address: number): KindOfSocket | undefined => {
    const at = address >>> 0;
    if (at === 0) return undefined;
    known ??= layouts().sock;
    return {
      family: uint16(at + known.skc_family),
      type: uint16(at + known.sk_type),
      protocol: uint16(at + known.sk_protocol),
      state: memory.bytes[at + known.skc_state]!,
    };
  };
  return new Map<number, HostFunction>([
    ...[...CASTS].map(([number, takes]) =>
      helper(number, "w", "unsigned", (address: number) => {
        const seen = seenAt(address);
        return seen !== undefined && takes(seen) ? address : 0;
      }),
    ),
    helper(46, "w", "i64", (address: number) => BigInt(events().objects.socketAt(address >>> 0)?.cookie ?? 0)),
    // bpf_sock_from_file
    helper(162, "w", "unsigned", (file: number) => events().objects.socketOfFile(file >>> 0)),
    helper(175, "w", "unsigned", (task: number) => events().processes.registersAt(task >>> 0)),
  ]);
}
