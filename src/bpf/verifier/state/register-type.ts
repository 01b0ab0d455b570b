/** Kinds of what a register holds (`enum bpf_reg_type`), as far as they are modelled; flags below are added to them. */
export const TYPE = {
  notInit: 0,
  scalar: 1,
  context: 2,
  map: 3,
  mapValue: 4,
  mapKey: 5,
  stack: 6,
  packetMeta: 7,
  packet: 8,
  packetEnd: 9,
  flowKeys: 10,
  socket: 11,
  socketCommon: 12,
  tcpSocket: 13,
  xdpSocket: 14,
  memory: 15,
  buffer: 16,
  function: 17,
  tracepointBuffer: 18,
  /** Structs of the kernel, of which no more than the name is modelled. */
  mapOperations: 19,
  innerMap: 20,
  hookState: 21,
  kernelSkb: 22,
} as const;

/** What a type may have besides (`enum bpf_type_flag`). */
export const FLAG = { orNull: 0x100, readOnly: 0x200, ringBuffer: 0x400 } as const;

const NAMES: readonly string[] = [
  "?",
  "scalar",
  "ctx",
  "map_ptr",
  "map_value",
  "map_key",
  "fp",
  "pkt_meta",
  "pkt",
  "pkt_end",
  "flow_keys",
  "sock",
  "sock_common",
  "tcp_sock",
  "xdp_sock",
  "mem",
  "buf",
  "func",
  "tp_buffer",
  "ptr_",
  "ptr_",
  "trusted_ptr_",
  "trusted_ptr_",
];

const STRUCTS: readonly string[] = ["bpf_map_ops", "bpf_map", "nf_hook_state", "sk_buff"];
/** The kernel's struct that a pointer of that type points to; "" for others. */
export const structOf = (type: number): string => STRUCTS[baseOf(type) - TYPE.mapOperations] ?? "";

export const baseOf = (type: number): number => type & 0xff;
export const mayBeNull = (type: number): boolean => (type & FLAG.orNull) !== 0;
/** A pointer whose packet range the verifier learns: data or data_meta. */
export const isPacketPointer = (type: number): boolean => type === TYPE.packet || type === TYPE.packetMeta;
export const isSocketPointer = (type: number): boolean => type >= TYPE.socket && type <= TYPE.xdpSocket;
const NEVER_NULL: readonly number[] = [
  TYPE.socket,
  TYPE.tcpSocket,
  TYPE.socketCommon,
  TYPE.mapValue,
  TYPE.mapKey,
  TYPE.memory,
  TYPE.map,
];
/** Pointers that are known not to be null (reg_not_null). */
export const isNeverNull = (type: number): boolean => !mayBeNull(type) && NEVER_NULL.includes(baseOf(type));

/** `map_value_or_null`: the name in logs (reg_type_str). */
export function typeText(type: number): string {
  const readOnly = (type & FLAG.readOnly) === 0 ? "" : "rdonly_";
  const ring = (type & FLAG.ringBuffer) === 0 ? "" : "ringbuf_";
  return `${readOnly}${ring}${NAMES[baseOf(type)]}${mayBeNull(type) ? "_or_null" : ""}`;
}
