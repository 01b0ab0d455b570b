import { helper } from "../../bpf/helpers/helper.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import type { KernelEvents } from "./kernel-events.ts";
import { type Layouts, layouts } from "./layouts.ts";

const [AF_UNIX, AF_INET6] = [1, 10];
const [IPPROTO_TCP, IPPROTO_UDP] = [6, 17];
const SOCK_DGRAM = 2;
const [TCP_TIME_WAIT, TCP_NEW_SYN_RECV] = [6, 12];

/** What a struct sock says of itself. */
interface Seen {
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  readonly state: number;
  /** It is more than a remainder or a request (sk_fullsock). */
  readonly isFull: boolean;
}

/** Which sockets each cast takes, by helper. */
const CASTS: ReadonlyMap<number, (socket: Seen) => boolean> = new Map([
  [136, ({ isFull, protocol, family }) => isFull && protocol === IPPROTO_TCP && family === AF_INET6],
  [137, ({ isFull, protocol }) => isFull && protocol === IPPROTO_TCP],
  [138, ({ protocol, state }) => protocol === IPPROTO_TCP && state === TCP_TIME_WAIT],
  [139, ({ protocol, state }) => protocol === IPPROTO_TCP && state === TCP_NEW_SYN_RECV],
  [
    140,
    ({ isFull, protocol, type, family }) =>
      isFull && protocol === IPPROTO_UDP && type === SOCK_DGRAM && family === AF_INET6,
  ],
  [178, ({ isFull, family }) => isFull && family === AF_UNIX],
]);

/**
 * What programs at events ask of the kernel's objects that they have pointers to, by helpers' numbers: what sockets are
 * (bpf_skc_to_*, bpf_get_socket_cookie; net/core/filter.c), and a task's registers (bpf_task_pt_regs; kernel/trace/bpf_trace.c).
 */
export function objectHelpers(memory: LinearMemory, events: () => KernelEvents): ReadonlyMap<number, HostFunction> {
  let known: Layouts["sock"] | undefined;
  const uint16 = (at: number) => memory.bytes[at]! | (memory.bytes[at + 1]! << 8);
  const seenAt = (address: number): Seen | undefined => {
    const at = address >>> 0;
    if (at === 0) return undefined;
    known ??= layouts().sock;
    const state = memory.bytes[at + known.skc_state]!;
    return {
      family: uint16(at + known.skc_family),
      type: uint16(at + known.sk_type),
      protocol: uint16(at + known.sk_protocol),
      state,
      isFull: state !== TCP_TIME_WAIT && state !== TCP_NEW_SYN_RECV,
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
    helper(175, "w", "unsigned", (task: number) => events().processes.registersAt(task >>> 0)),
  ]);
}
