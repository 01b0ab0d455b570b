/** Numbers of `enum bpf_prog_type` that attach types belong to. */
const TYPE = {
  kprobe: 2,
  sched_cls: 3,
  tracepoint: 5,
  xdp: 6,
  perf_event: 7,
  cgroup_skb: 8,
  cgroup_sock: 9,
  sock_ops: 13,
  sk_skb: 14,
  cgroup_device: 15,
  sk_msg: 16,
  cgroup_sock_addr: 18,
  lirc_mode2: 20,
  sk_reuseport: 21,
  flow_dissector: 22,
  cgroup_sysctl: 23,
  cgroup_sockopt: 25,
  tracing: 26,
  ext: 28,
  lsm: 29,
  sk_lookup: 30,
  syscall: 31,
  netfilter: 32,
} as const;

/** Types of programs that BPF_PROG_ATTACH takes, with their attach types (attach_type_to_prog_type, Linux 6.12). */
const ATTACH_TYPES: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [TYPE.cgroup_skb, [0, 1]],
  [TYPE.cgroup_sock, [2, 34, 12, 13]],
  [TYPE.cgroup_sock_addr, [8, 9, 10, 11, 14, 15, 19, 20, 29, 30, 31, 32, 49, 50, 51, 52, 53]],
  [TYPE.sock_ops, [3]],
  [TYPE.cgroup_device, [6]],
  [TYPE.sk_msg, [7]],
  [TYPE.sk_skb, [4, 5, 38]],
  [TYPE.lirc_mode2, [16]],
  [TYPE.flow_dissector, [17]],
  [TYPE.cgroup_sysctl, [18]],
  [TYPE.cgroup_sockopt, [21, 22]],
  [TYPE.tracing, [23, 24, 25, 26, 28]],
  [TYPE.lsm, [27, 43]],
  [TYPE.sk_lookup, [36]],
  [TYPE.xdp, [37]],
  [TYPE.sched_cls, [46, 47, 54, 55]],
]);

/** Types that are loaded for one of these attach types only (bpf_prog_load_check_attach). */
const LOADED_FOR: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  ...[TYPE.cgroup_sock, TYPE.cgroup_sock_addr, TYPE.cgroup_skb, TYPE.cgroup_sockopt, TYPE.sk_lookup].map(
    (type) => [type, ATTACH_TYPES.get(type)!] as const,
  ),
  [TYPE.sk_reuseport, [39, 40]],
  [TYPE.netfilter, [45]],
  [TYPE.syscall, [0]],
  [TYPE.ext, [0]],
]);

/** Types that control groups run. */
const OF_CONTROL_GROUPS: ReadonlySet<number> = new Set([
  TYPE.cgroup_skb,
  TYPE.cgroup_sock,
  TYPE.cgroup_sock_addr,
  TYPE.cgroup_device,
  TYPE.cgroup_sysctl,
  TYPE.cgroup_sockopt,
  TYPE.sock_ops,
]);

/** Type of the programs of an attach type; undefined where BPF_PROG_ATTACH takes none. */
export function programTypeOf(attachType: number): number | undefined {
  for (const [type, attachTypes] of ATTACH_TYPES) if (attachTypes.includes(attachType)) return type;
  return undefined;
}

/** What a program is loaded for that says nothing (bpf_prog_load_fixup_attach_type). */
export function expectedAttachType(type: number, given: number): number {
  if (given !== 0) return given;
  if (type === TYPE.cgroup_sock) return 2;
  return type === TYPE.sk_reuseport ? 39 : 0;
}

export const mayBeLoadedFor = (type: number, attachType: number): boolean =>
  LOADED_FOR.get(type)?.includes(attachType) ?? true;

/** Was a program of the type of an attach type, `expected` when it was loaded, meant for it? (bpf_prog_attach_check_attach_type) */
export function mayBeAttachedAs(type: number, expected: number, attachType: number): boolean {
  switch (type) {
    case TYPE.cgroup_sock:
    case TYPE.cgroup_sock_addr:
    case TYPE.cgroup_sockopt:
    case TYPE.sk_lookup:
      return attachType === expected;
    default:
      return ATTACH_TYPES.get(type)?.includes(attachType) === true;
  }
}

export const isOfControlGroups = (type: number): boolean => OF_CONTROL_GROUPS.has(type);
