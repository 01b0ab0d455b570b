import { ERRNO } from "../../bpf/maps/errno.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import { ancestorId } from "./ancestor-group.ts";
import type { BaseHelperGroup } from "./base-helpers.ts";
import { fullOf, isFull, LISTEN } from "./full-socket.ts";
import { helper32 } from "./helper32.ts";

const IPPROTO_TCP = 6;
/** struct bpf_sock_tuple: bytes of the addresses and ports of IPv4 and of IPv6. */
const TUPLE = { 4: 12, 6: 36 } as const;
const ADDRESS_BYTES = { 4: 4, 6: 16 } as const;

/** Sockets that programs hold pointers to (net/core/filter.c). Each is a struct bpf_sock in memory; references need no counting here. */
export const socketPointers: BaseHelperGroup = (running, { sockets, machine }): ReadonlyMap<number, HostFunction> => {
  const { memory } = machine;
  /** The socket that a packet with these addresses would come to. */
  const find = (protocol: "tcp" | "udp", tuple: number, bytes: number, namespace: bigint, flags: bigint) => {
    const { skb, host } = running.block;
    const family = bytes === TUPLE[4] ? 4 : bytes === TUPLE[6] ? 6 : undefined;
    // Below 0: the namespace that the program runs in (BPF_F_CURRENT_NETNS); none has a number of its own here.
    const isOwn = BigInt.asIntN(32, namespace) < 0n;
    if (family === undefined || flags !== 0n || !isOwn || host?.network === undefined) return undefined;
    const source = tuple >>> 0;
    const destination = source + ADDRESS_BYTES[family];
    const port = (at: number) => (memory.bytes[at]! << 8) | memory.bytes[at + 1]!;
    const ports = destination + ADDRESS_BYTES[family];
    return host.network.socket({
      protocol,
      family,
      bytes: memory.bytes,
      source,
      destination,
      sourcePort: port(ports),
      destinationPort: port(ports + 2),
      ifindex: skb?.ifindex ?? 0,
    });
  };
  const lookUp = (number: number, name: string, protocol: "tcp" | "udp", partial: boolean): [number, HostFunction] => [
    number,
    {
      name,
      parameters: ["i32", "i32", "i32", "i64", "i64"],
      result: "unsigned",
      call: (_context: number, tuple: number, bytes: number, namespace: bigint, flags: bigint) => {
        const found = find(protocol, tuple, bytes, namespace, flags);
        return sockets.addressOf(found === undefined || partial ? found : fullOf(found));
      },
    },
  ];
  const groupOf = (socket: number) => sockets.at(socket)?.cgroup;
  return new Map([
    lookUp(84, "bpf_sk_lookup_tcp", "tcp", false),
    lookUp(85, "bpf_sk_lookup_udp", "udp", false),
    lookUp(99, "bpf_skc_lookup_tcp", "tcp", true),
    helper32(86, "bpf_sk_release", 1, "signed", () => 0),
    helper32(95, "bpf_sk_fullsock", 1, "unsigned", (at) => {
      const socket = sockets.at(at!);
      return socket !== undefined && isFull(socket) ? sockets.addressOf(socket) : 0;
    }),
    helper32(96, "bpf_tcp_sock", 1, "unsigned", (at) => {
      const socket = sockets.at(at!);
      return socket !== undefined && isFull(socket) && socket.protocol === IPPROTO_TCP
        ? sockets.tcpAddressOf(socket)
        : 0;
    }),
    helper32(98, "bpf_get_listener_sock", 1, "unsigned", (at) => {
      const socket = sockets.at(at!);
      const full = socket && fullOf(socket);
      return full?.state === LISTEN ? sockets.addressOf(full) : 0;
    }),
    helper32(124, "bpf_sk_assign", 3, "signed", (_context, at, flags) => {
      const socket = sockets.at(at!);
      if (socket === undefined || flags !== 0) return -ERRNO.EINVAL;
      const skb = running.block.skb!;
      if (skb.atIngress === 0) return -ERRNO.EOPNOTSUPP;
      skb.socket = socket;
      running.block.pointToSocket?.(at!);
      return 0;
    }),
    helper32(128, "bpf_sk_cgroup_id", 1, "unsigned", (at) => groupOf(at!)?.id ?? 0),
    helper32(129, "bpf_sk_ancestor_cgroup_id", 2, "unsigned", (at, level) => ancestorId(groupOf(at!), level!)),
  ]);
};
