import {
  SK_BUFF_BYTES,
  SK_BUFF_OFFSET as SKB,
  XDP_MD_OFFSET as XDP,
  XDP_MD_BYTES,
} from "../../bpf/program-type/offsets.ts";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../../packet/address.ts";

/** How a field's bytes are written: a number of the machine's byte order, a list of such, one of the network's order, an address. */
type FieldForm = "number" | "list" | "port" | "ipv4" | "ipv6";

/** A field that BPF_PROG_TEST_RUN takes of a context. */
interface GivenField {
  readonly name: string;
  readonly offset: number;
  /** Bytes of it; of a list those of one number. */
  readonly size: 1 | 2 | 4 | 8 | 16;
  readonly form: FieldForm;
  /** Most numbers of a list. */
  readonly count: number;
}

/** What user space may say of a context by names. */
export interface GivenLayout {
  /** The structure that it is, in the kernel's words. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** A list of its first field's numbers is all that there is to say; it is as long as the list. */
  readonly isList?: true;
  readonly fields: readonly GivenField[];
}

const field = (name: string, offset: number, size: GivenField["size"], form: FieldForm = "number", count = 1) => ({
  name,
  offset,
  size,
  form,
  count,
});

/** convert___skb_to_skb */
const SK_BUFF: GivenLayout = {
  name: "struct __sk_buff",
  size: SK_BUFF_BYTES,
  fields: [
    field("mark", SKB.mark, 4),
    field("priority", SKB.priority, 4),
    field("ingress_ifindex", SKB.ingressIfindex, 4),
    field("ifindex", SKB.ifindex, 4),
    field("cb", SKB.cb, 4, "list", 5),
    field("tstamp", SKB.timestamp, 8),
    field("wire_len", SKB.wireLength, 4),
    field("gso_segs", SKB.segments, 4),
    field("gso_size", SKB.segmentSize, 4),
    field("hwtstamp", SKB.hardwareTimestamp, 8),
  ],
};

/** By program types, as bpftool names them; a type without one takes bytes only. */
export const GIVEN_LAYOUTS: Readonly<Record<string, GivenLayout>> = {
  ...Object.fromEntries(
    ["socket_filter", "sched_cls", "sched_act", "cgroup_skb", "lwt_in", "lwt_out", "lwt_xmit"].map((type) => [
      type,
      SK_BUFF,
    ]),
  ),
  xdp: {
    name: "struct xdp_md",
    size: XDP_MD_BYTES,
    fields: [
      field("data", XDP.data, 4),
      field("data_end", XDP.dataEnd, 4),
      field("ingress_ifindex", XDP.ingressIfindex, 4),
      field("rx_queue_index", XDP.rxQueueIndex, 4),
    ],
  },
  flow_dissector: { name: "struct bpf_flow_keys", size: 56, fields: [field("flags", 48, 4)] },
  sk_lookup: {
    name: "struct bpf_sk_lookup",
    size: 72,
    fields: [
      field("family", 8, 4),
      field("protocol", 12, 4),
      field("remote_ip4", 16, 4, "ipv4"),
      field("remote_ip6", 20, 16, "ipv6"),
      field("remote_port", 36, 2, "port"),
      field("local_ip4", 40, 4, "ipv4"),
      field("local_ip6", 44, 16, "ipv6"),
      field("local_port", 60, 4),
    ],
  },
  netfilter: { name: "struct nf_hook_state", size: 48, fields: [field("hook", 0, 1), field("pf", 1, 1)] },
  raw_tracepoint: {
    name: "struct bpf_raw_tracepoint_args",
    size: 96,
    isList: true,
    fields: [field("args", 0, 8, "list", 12)],
  },
};

/** Writes a field's value. Returns what is wrong with it: the end of a sentence that begins with the field's name. */
export function writeField(
  bytes: Uint8Array,
  { offset, size, form, count }: GivenField,
  value: unknown,
): string | undefined {
  if (form === "ipv4" || form === "ipv6") {
    const address = typeof value === "string" ? (form === "ipv4" ? parseIpv4 : parseIpv6)(value) : undefined;
    if (address === undefined) return `is an ${form === "ipv4" ? "IPv4" : "IPv6"} address`;
    bytes.set(address, offset);
    return undefined;
  }
  const numbers = form === "list" ? value : [value];
  const most = 1n << BigInt(8 * size);
  const fits = (it: unknown): it is bigint => typeof it === "bigint" && it >= 0n && it < most;
  if (!Array.isArray(numbers) || numbers.length > count || !numbers.every(fits))
    return form === "list"
      ? `is a list of ${count} whole numbers of ${8 * size} bits at most`
      : `is a whole number of ${8 * size} bits`;
  for (const [i, number] of numbers.entries())
    for (let k = 0; k < size; k++)
      bytes[offset + i * size + k] = Number((number >> BigInt(8 * (form === "port" ? size - 1 - k : k))) & 0xffn);
  return undefined;
}

/** What a context says, by the names of its fields; numbers beyond those of JavaScript are text. */
export function readFields(bytes: Uint8Array, { fields, isList }: GivenLayout): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const { name, offset, size, form, count } of fields) {
    const at = (from: number): number | string => {
      let number = 0n;
      for (let k = 0; k < size; k++)
        number |= BigInt(bytes[from + (form === "port" ? size - 1 - k : k)] ?? 0) << BigInt(8 * k);
      return number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : String(number);
    };
    const items = isList === true ? Math.floor(bytes.length / size) : count;
    if (form === "ipv4") read[name] = formatIpv4(bytes, offset);
    else if (form === "ipv6") read[name] = formatIpv6(bytes, offset);
    else read[name] = form === "list" ? Array.from({ length: items }, (_, i) => at(offset + i * size)) : at(offset);
  }
  return read;
}
