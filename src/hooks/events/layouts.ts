import { memberOffsets, structBytes } from "../../bpf/object/simulated/member-places.ts";

/** Where the members are that the simulation fills, in bytes: as the types say that programs are loaded with. */
export interface Layouts {
  readonly skBuff: ReturnType<typeof skBuff>;
  readonly netDevice: ReturnType<typeof netDevice>;
  readonly sock: ReturnType<typeof sock>;
  readonly tcpSock: ReturnType<typeof tcpSock>;
  readonly task: ReturnType<typeof task>;
  readonly cred: ReturnType<typeof cred>;
  readonly mapping: ReturnType<typeof mapping>;
  readonly userSocket: ReturnType<typeof userSocket>;
  readonly file: ReturnType<typeof file>;
  readonly program: ReturnType<typeof program>;
  /** Bytes of structs by their names. */
  readonly bytes: Readonly<Record<(typeof STRUCTS)[number], number>>;
  /** `net.ns.inum` */
  readonly inode: number;
}

const STRUCTS = [
  "sk_buff",
  "net_device",
  "netdev_queue",
  "packet_type",
  "net",
  "inet_sock",
  "tcp_sock",
  "task_struct",
  "cred",
  "vm_area_struct",
  "socket",
  "file",
  "bpf_prog",
  "bpf_prog_aux",
] as const;

let known: Layouts | undefined;

/** Looked up once, when the first program is attached that reads such structs. */
export function layouts(): Layouts {
  known ??= {
    skBuff: skBuff(),
    netDevice: netDevice(),
    sock: sock(),
    tcpSock: tcpSock(),
    task: task(),
    cred: cred(),
    mapping: mapping(),
    userSocket: userSocket(),
    file: file(),
    program: program(),
    bytes: Object.fromEntries(STRUCTS.map((name) => [name, structBytes(name)])) as Layouts["bytes"],
    inode: memberOffsets("net", "ns.inum")["ns.inum"],
  };
  return known;
}

const skBuff = () => ({
  ...memberOffsets("sk_buff", "dev", "sk", "tstamp", "len", "data_len", "queue_mapping", "tc_index", "priority"),
  ...memberOffsets("sk_buff", "skb_iif", "hash", "vlan_proto", "vlan_tci", "mark", "protocol", "pkt_type"),
  ...memberOffsets("sk_buff", "transport_header", "network_header", "mac_header", "tail", "end", "head", "data"),
});

const netDevice = () =>
  memberOffsets(
    "net_device",
    "mtu",
    "hard_header_len",
    "ifindex",
    "nd_net",
    "name",
    "type",
    "perm_addr",
    "addr_len",
    "dev_addr",
  );

/** Those of struct sock_common, with which every socket begins, and of what is behind it. */
const sock = () => ({
  ...memberOffsets("sock_common", "skc_daddr", "skc_rcv_saddr", "skc_dport", "skc_num", "skc_family", "skc_state"),
  ...memberOffsets("sock_common", "skc_net", "skc_v6_daddr", "skc_v6_rcv_saddr"),
  ...memberOffsets("sock", "sk_protocol", "sk_type", "sk_socket"),
  ...memberOffsets("inet_sock", "inet_saddr", "inet_sport"),
});

const tcpSock = () => ({
  ...memberOffsets("tcp_sock", "mss_cache", "snd_cwnd", "lost_out", "sacked_out", "retrans_out", "snd_ssthresh"),
  ...memberOffsets("tcp_sock", "rcv_nxt", "snd_nxt", "snd_una", "srtt_us", "packets_out", "bytes_acked"),
});

const task = () => ({
  ...memberOffsets("task_struct", "prio", "static_prio", "normal_prio", "pid", "tgid", "group_leader"),
  ...memberOffsets("task_struct", "real_cred", "cred", "comm", "__state", "exit_state"),
});

const cred = () => memberOffsets("cred", "uid", "gid", "suid", "sgid", "euid", "egid", "fsuid", "fsgid");

const program = () => ({ ...memberOffsets("bpf_prog", "aux"), ...memberOffsets("bpf_prog_aux", "id", "name") });

const mapping = () => memberOffsets("vm_area_struct", "vm_start", "vm_end", "vm_flags");

/** What user space has of a socket. */
const userSocket = () => memberOffsets("socket", "type", "file", "sk");

const file = () => memberOffsets("file", "private_data", "f_flags");
