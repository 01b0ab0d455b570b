import { nearestName } from "../bpf/nearest-name.ts";

/**
 * A function of the kernel's data path whose work the simulation does, under Linux's name (6.18, x86-64): what kprobes and their kin
 * attach to.
 */
export interface KernelFunction {
  readonly name: string;
  /** Names of its first arguments, as far as they are told; of those behind them programs see 0. */
  readonly parameters: readonly string[];
  /** What it returns where it drops its packet itself; absent: nothing, or 0 always. */
  readonly onDrop?: number;
  /** Returns what the last function that it called returned. */
  readonly passes?: true;
}

const NET_RX_DROP = 1;
const NET_XMIT_DROP = 1;
const EPERM = 1;

const call = <N extends string>(name: N, parameters: string) => ({ name, parameters: parameters.split(" ") });

/** In the order of their addresses. */
export const KERNEL_FUNCTIONS = [
  { name: "__netif_receive_skb_one_core", parameters: ["skb"], passes: true },
  { name: "__netif_receive_skb_core", parameters: ["pskb"], onDrop: NET_RX_DROP },
  { name: "ip_rcv", parameters: ["skb", "dev"], onDrop: NET_RX_DROP, passes: true },
  { name: "ipv6_rcv", parameters: ["skb", "dev"], onDrop: NET_RX_DROP, passes: true },
  { name: "arp_rcv", parameters: ["skb", "dev"], onDrop: NET_RX_DROP },
  { name: "ip_local_deliver", parameters: ["skb"] },
  { name: "ip_forward", parameters: ["skb"], onDrop: NET_RX_DROP, passes: true },
  { name: "ip6_forward", parameters: ["skb"], onDrop: NET_RX_DROP, passes: true },
  { name: "tcp_v4_rcv", parameters: ["skb"] },
  { name: "tcp_v6_rcv", parameters: ["skb"] },
  { name: "udp_rcv", parameters: ["skb"] },
  { name: "udpv6_rcv", parameters: ["skb"] },
  { name: "icmp_rcv", parameters: ["skb"], onDrop: NET_RX_DROP },
  { name: "icmpv6_rcv", parameters: ["skb"] },
  { name: "sk_filter_trim_cap", parameters: ["sk", "skb", "cap"], onDrop: -EPERM },
  { name: "udp_sendmsg", parameters: ["sk", "msg", "len"] },
  { name: "tcp_sendmsg", parameters: ["sk", "msg", "size"] },
  { name: "ip_local_out", parameters: ["net", "sk", "skb"], passes: true },
  { name: "ip6_local_out", parameters: ["net", "sk", "skb"], passes: true },
  { name: "__dev_queue_xmit", parameters: ["skb", "sb_dev"], onDrop: NET_XMIT_DROP },
  { name: "dev_hard_start_xmit", parameters: ["skb", "dev"] },
  { name: "kfree_skb_reason", parameters: ["skb", "reason"] },
  { name: "sk_skb_reason_drop", parameters: ["sk", "skb", "reason"] },
  { name: "consume_skb", parameters: ["skb"] },
  { name: "tcp_set_state", parameters: ["sk", "state"] },
  call("do_syscall_64", "regs nr"),
  call("ksys_read", "fd buf count"),
  call("ksys_write", "fd buf count"),
  call("__sys_socket", "family type protocol"),
  call("__sys_bind", "fd umyaddr addrlen"),
  call("__sys_listen", "fd backlog"),
  call("__sys_connect", "fd uservaddr addrlen"),
  call("__sys_accept4", "fd upeer_sockaddr upeer_addrlen flags"),
  call("__sys_sendto", "fd buff len flags addr addr_len"),
  call("__sys_recvfrom", "fd ubuf size flags addr addr_len"),
] as const satisfies readonly KernelFunction[];

export type FunctionName = (typeof KERNEL_FUNCTIONS)[number]["name"];

/** Functions by what they do for a system call's body: the call's own arguments are theirs. */
export const BODIES: Readonly<Record<string, FunctionName>> = {
  read: "ksys_read",
  write: "ksys_write",
  socket: "__sys_socket",
  bind: "__sys_bind",
  listen: "__sys_listen",
  connect: "__sys_connect",
  accept4: "__sys_accept4",
  sendto: "__sys_sendto",
  recvfrom: "__sys_recvfrom",
};

/** Names of before, which later kernels inline. */
const OLD_NAMES: Readonly<Record<string, FunctionName>> = { dev_queue_xmit: "__dev_queue_xmit" };

/** A function's number by its name. */
export const FUNCTION = Object.fromEntries(KERNEL_FUNCTIONS.map(({ name }, i) => [name, i])) as Readonly<
  Record<FunctionName, number>
>;

/** The functions that a name means: one, or all that fit its `*`. None: nothing has the name. */
export function matchingFunctions(name: string): KernelFunction[] {
  const wanted = OLD_NAMES[name] ?? name;
  if (!wanted.includes("*")) return KERNEL_FUNCTIONS.filter((one) => one.name === wanted);
  const parts = wanted.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join(".*")}$`);
  return KERNEL_FUNCTIONS.filter((one) => pattern.test(one.name));
}

/** Where nothing has the name. */
export function functionHint(name: string): string {
  const near = nearestName(
    name,
    KERNEL_FUNCTIONS.map((one) => one.name),
  );
  return near === undefined
    ? "`netsim trace formats --functions` lists the functions that there are."
    : `Did you mean '${near}'?`;
}

/** Addresses of functions: the first one's upper and lower half, and bytes from one to the next. */
const UPPER = 0xffff_ffff;
const FIRST = 0x8100_0000;
const STEP = 0x1000;

export const addressHalves = (number: number, offset: number): { readonly low: number; readonly high: number } => ({
  low: FIRST + number * STEP + offset,
  high: UPPER,
});

/** A function's address, or one in it. */
export const functionAddress = (number: number, offset = 0): bigint =>
  (BigInt(UPPER) << 32n) | BigInt(FIRST + number * STEP + offset);

/** `ip_rcv+128` for an address in a function; undefined elsewhere. */
export function symbolAt(address: bigint): { readonly name: string; readonly offset: number } | undefined {
  const distance = Number(BigInt.asUintN(64, address) - functionAddress(0));
  const found = KERNEL_FUNCTIONS[Math.floor(distance / STEP)];
  return distance < 0 || found === undefined ? undefined : { name: found.name, offset: distance % STEP };
}
