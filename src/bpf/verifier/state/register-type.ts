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
  /** A struct of the kernel, or one that the program has allocated: PTR_TO_BTF_ID. */
  struct: 19,
  /** A dynptr that somebody else made, which the program may only look at: CONST_PTR_TO_DYNPTR. */
  dynptr: 20,
} as const;

/** What a type may have besides (`enum bpf_type_flag`). */
export const FLAG = {
  orNull: 0x100,
  readOnly: 0x200,
  ringBuffer: 0x400,
  /** The kernel keeps the struct alive while the program runs. */
  trusted: 0x800,
  /** Nobody knows whether there is such a struct: it may only be read, through probes. */
  untrusted: 0x1000,
  /** Alive until the read-side critical section ends. */
  rcu: 0x2000,
  /** The program allocated it. */
  allocated: 0x4000,
  /** It belongs to a list or a tree, as long as that one's lock is held. */
  borrowed: 0x8000,
  perCpu: 0x1_0000,
  user: 0x2_0000,
  /** A part of a packet that a dynptr gave (DYNPTR_TYPE_SKB, DYNPTR_TYPE_XDP). */
  packetSlice: 0x4_0000,
} as const;

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
  "dynptr_ptr",
];

export const baseOf = (type: number): number => type & 0xff;
export const mayBeNull = (type: number): boolean => (type & FLAG.orNull) !== 0;
/** A pointer whose packet range the verifier learns: data or data_meta. */
export const isPacketPointer = (type: number): boolean => type === TYPE.packet || type === TYPE.packetMeta;
export const isSocketPointer = (type: number): boolean => type >= TYPE.socket && type <= TYPE.xdpSocket;
/** What the program knows of a packet, and forgets when that may have changed (reg_is_pkt_pointer_any, reg_is_dynptr_slice_pkt). */
export const isOfPacket = (type: number): boolean =>
  isPacketPointer(type) || type === TYPE.packetEnd || (type & FLAG.packetSlice) !== 0;
/** Allocated by the program, and nothing else is to be said of it. */
export const OWN_OBJECT = TYPE.struct | FLAG.allocated;
export const isBorrowed = (type: number): boolean => (type & FLAG.borrowed) !== 0;
export const isAllocated = (type: number): boolean => baseOf(type) === TYPE.struct && (type & FLAG.allocated) !== 0;

const TRUSTED = FLAG.trusted | FLAG.allocated | FLAG.borrowed;
/** Flags of a pointer to a struct that make it no plain trusted one (bpf_type_has_unsafe_modifiers). */
export const hasUnsafeFlags = (type: number): boolean => (type & ~0xff & ~TRUSTED) !== 0;

/** Types that stand for structs of the kernel (reg2btf_ids), and those structs. */
const STRUCTS: Readonly<Record<number, string>> = {
  [TYPE.socket]: "sock",
  [TYPE.socketCommon]: "sock_common",
  [TYPE.tcpSocket]: "tcp_sock",
  [TYPE.map]: "bpf_map",
};
export const structNameOf = (type: number): string | undefined => STRUCTS[baseOf(type)];

/** The kernel keeps what it points to alive (is_trusted_reg). */
export const isTrusted = ({ type, reference }: { readonly type: number; readonly reference: number }): boolean =>
  reference !== 0 ||
  (structNameOf(type) !== undefined && !hasUnsafeFlags(type)) ||
  ((type & TRUSTED) !== 0 && !hasUnsafeFlags(type));

const NEVER_NULL: readonly number[] = [
  TYPE.socket,
  TYPE.tcpSocket,
  TYPE.socketCommon,
  TYPE.mapValue,
  TYPE.mapKey,
  TYPE.map,
];
/** Pointers that are known not to be null (reg_not_null). */
export const isNeverNull = (register: { readonly type: number; readonly reference: number }): boolean => {
  if (mayBeNull(register.type)) return false;
  const base = baseOf(register.type);
  if (base === TYPE.memory) return (register.type & FLAG.untrusted) === 0;
  return NEVER_NULL.includes(base) || (base === TYPE.struct && isTrusted(register));
};

const PREFIXES: readonly (readonly [flag: number, text: string])[] = [
  [FLAG.readOnly, "rdonly_"],
  [FLAG.ringBuffer, "ringbuf_"],
  [FLAG.user, "user_"],
  [FLAG.perCpu, "percpu_"],
  [FLAG.rcu, "rcu_"],
  [FLAG.untrusted, "untrusted_"],
  [FLAG.trusted, "trusted_"],
];

/** `map_value_or_null`: the name in logs (reg_type_str). */
export function typeText(type: number): string {
  let text = "";
  for (const [flag, prefix] of PREFIXES) if ((type & flag) !== 0) text += prefix;
  const base = baseOf(type);
  const orNull = !mayBeNull(type) ? "" : base === TYPE.struct ? "or_null_" : "_or_null";
  return `${text}${NAMES[base]}${orNull}`;
}
