import { nearestName } from "../bpf/nearest-name.ts";
import { PROTOTYPES } from "../bpf/object/simulated/prototypes.ts";

/**
 * A function of the kernel's data path whose work the simulation does, under Linux's name (6.18, x86-64): what kprobes and their kin
 * attach to.
 */
export interface KernelFunction {
  readonly name: string;
  /** What it returns where it drops its packet itself; absent: nothing, or 0 always. */
  readonly onDrop?: number;
  /** Returns what the last function that it called returned. */
  readonly passes?: true;
}

const NET_RX_DROP = 1;
const NET_XMIT_DROP = 1;
const EPERM = 1;

/** In the order of their addresses. */
export const KERNEL_FUNCTIONS = [
  { name: "__netif_receive_skb_one_core", passes: true },
  { name: "__netif_receive_skb_core", onDrop: NET_RX_DROP },
  { name: "ip_rcv", onDrop: NET_RX_DROP, passes: true },
  { name: "ipv6_rcv", onDrop: NET_RX_DROP, passes: true },
  { name: "arp_rcv", onDrop: NET_RX_DROP },
  { name: "ip_local_deliver" },
  { name: "ip_forward", onDrop: NET_RX_DROP, passes: true },
  { name: "ip6_forward", onDrop: NET_RX_DROP, passes: true },
  { name: "tcp_v4_rcv" },
  { name: "tcp_v6_rcv" },
  { name: "udp_rcv" },
  { name: "udpv6_rcv" },
  { name: "icmp_rcv", onDrop: NET_RX_DROP },
  { name: "icmpv6_rcv" },
  { name: "sk_filter_trim_cap", onDrop: -EPERM },
  { name: "udp_sendmsg" },
  { name: "udpv6_sendmsg" },
  { name: "tcp_sendmsg" },
  { name: "ip_local_out", passes: true },
  { name: "ip6_local_out", passes: true },
  { name: "__dev_queue_xmit", onDrop: NET_XMIT_DROP },
  { name: "dev_hard_start_xmit" },
  { name: "kfree_skb_reason" },
  { name: "sk_skb_reason_drop" },
  { name: "consume_skb" },
  { name: "tcp_set_state" },
  { name: "do_syscall_64" },
  { name: "ksys_read" },
  { name: "ksys_write" },
  { name: "__sys_socket" },
  { name: "__sys_bind" },
  { name: "__sys_listen" },
  { name: "__sys_connect" },
  { name: "__sys_accept4" },
  { name: "__sys_sendto" },
  { name: "__sys_recvfrom" },
] as const satisfies readonly KernelFunction[];

/** Names of functions' arguments, and whether they return anything. */
const SIGNATURES: ReadonlyMap<string, { readonly parameters: readonly string[]; readonly isVoid: boolean }> = new Map(
  PROTOTYPES.trim()
    .split("\n")
    .map((line) => {
      const [, returns, name, list] = /^(.*?)(\w+)\((.*)\);$/.exec(line)!;
      const parameters = list!.split(", ").map((one) => /\w+$/.exec(one)![0]);
      return [name!, { parameters, isVoid: returns === "void " }];
    }),
);

/** Names of a function's arguments, in their order. */
export const parametersOf = (name: string): readonly string[] => SIGNATURES.get(name)?.parameters ?? [];

/** True for functions that return nothing. */
export const isVoid = (name: string): boolean => SIGNATURES.get(name)?.isVoid ?? false;

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
