/** Offsets in struct __sk_buff (linux/bpf.h). */
export const SK_BUFF_OFFSET = {
  len: 0,
  packetType: 4,
  mark: 8,
  queueMapping: 12,
  protocol: 16,
  vlanPresent: 20,
  vlanTci: 24,
  vlanProtocol: 28,
  priority: 32,
  ingressIfindex: 36,
  ifindex: 40,
  tcIndex: 44,
  cb: 48,
  hash: 68,
  tcClassid: 72,
  data: 76,
  dataEnd: 80,
  napiId: 84,
  family: 88,
  remoteIpv4: 92,
  localIpv4: 96,
  remoteIpv6: 100,
  localIpv6: 116,
  remotePort: 132,
  localPort: 136,
  dataMeta: 140,
  flowKeys: 144,
  timestamp: 152,
  wireLength: 160,
  segments: 164,
  sk: 168,
  segmentSize: 176,
  timestampType: 180,
  hardwareTimestamp: 184,
} as const;

/** Bytes of struct __sk_buff. */
export const SK_BUFF_BYTES = 192;

/** Where lies, behind the struct, what only engines read: where the packet's memory and its headers begin, and when it came in. */
export const SK_BUFF_HIDDEN = { head: 192, macHeader: 196, networkHeader: 200, arrival: 208 } as const;

/** Bytes of struct __sk_buff with that. */
export const SK_BUFF_BLOCK_BYTES = 216;

/** Offsets in struct xdp_md (linux/bpf.h). */
export const XDP_MD_OFFSET = {
  data: 0,
  dataEnd: 4,
  dataMeta: 8,
  ingressIfindex: 12,
  rxQueueIndex: 16,
  egressIfindex: 20,
} as const;

/** Bytes of struct xdp_md; behind it lies the frame's length. */
export const XDP_MD_BYTES = 24;

/** Offsets in struct bpf_sock (linux/bpf.h). */
export const SOCKET_OFFSET = {
  family: 4,
  type: 8,
  protocol: 12,
  localIpv4: 24,
  localIpv6: 28,
  localPort: 44,
  remotePort: 48,
  remoteIpv4: 52,
  remoteIpv6: 56,
  state: 72,
  receiveQueue: 76,
} as const;

/** Bytes of struct bpf_sock. */
export const SOCKET_BYTES = 80;

/** What a socket's `receiveQueue` says where no queue is known that its packets come in by. */
export const NO_RECEIVE_QUEUE = 0xffff_ffff;
