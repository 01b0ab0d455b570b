import type { ContextField, ContextLayout, ContextValue, FieldAccess } from "./context-layout.ts";

const BYTES = 192;

/** struct __sk_buff of include/uapi/linux/bpf.h: name, offset, size, access (bpf_skb_is_valid_access). */
const FIELDS: readonly (readonly [name: string, offset: number, size: number, access: FieldAccess])[] = [
  ["len", 0, 4, "narrow"],
  ["pkt_type", 4, 4, "narrow"],
  ["mark", 8, 4, "narrow"],
  ["queue_mapping", 12, 4, "narrow"],
  ["protocol", 16, 4, "narrow"],
  ["vlan_present", 20, 4, "narrow"],
  ["vlan_tci", 24, 4, "narrow"],
  ["vlan_proto", 28, 4, "narrow"],
  ["priority", 32, 4, "narrow"],
  ["ingress_ifindex", 36, 4, "narrow"],
  ["ifindex", 40, 4, "narrow"],
  ["tc_index", 44, 4, "narrow"],
  ["cb", 48, 20, "bytes"],
  ["hash", 68, 4, "narrow"],
  ["tc_classid", 72, 4, "narrow"],
  ["data", 76, 4, "whole"],
  ["data_end", 80, 4, "whole"],
  ["napi_id", 84, 4, "narrow"],
  ["family", 88, 4, "narrow"],
  ["remote_ip4", 92, 4, "whole"],
  ["local_ip4", 96, 4, "whole"],
  ["remote_ip6[0]", 100, 4, "whole"],
  ["remote_ip6[1]", 104, 4, "whole"],
  ["remote_ip6[2]", 108, 4, "whole"],
  ["remote_ip6[3]", 112, 4, "whole"],
  ["local_ip6[0]", 116, 4, "whole"],
  ["local_ip6[1]", 120, 4, "whole"],
  ["local_ip6[2]", 124, 4, "whole"],
  ["local_ip6[3]", 128, 4, "whole"],
  ["remote_port", 132, 4, "narrow"],
  ["local_port", 136, 4, "narrow"],
  ["data_meta", 140, 4, "whole"],
  ["flow_keys", 144, 8, "whole"],
  ["tstamp", 152, 8, "whole"],
  ["wire_len", 160, 4, "narrow"],
  ["gso_segs", 164, 4, "narrow"],
  ["sk", 168, 8, "whole"],
  ["gso_size", 176, 4, "narrow"],
  ["tstamp_type", 180, 1, "whole"],
  ["hwtstamp", 184, 8, "whole"],
];

/** What a program type makes of it. */
export interface SkBuffRules {
  /** Fields that programs may not touch; those from `family` to `local_port` go by the name `socket-address`. */
  readonly hidden: readonly string[];
  readonly writable: readonly string[];
  /** Fields that give pointers, beside `sk`. */
  readonly pointers: Readonly<Record<string, ContextValue>>;
  /** Fields that users without CAP_BPF may not touch, or not write. */
  readonly needs?: Readonly<Record<string, "bpf" | "bpf-to-write">>;
}

export const PACKET_POINTERS = { data: "packet", data_end: "packet-end" } as const;

export function skBuffContext({ hidden, writable, pointers, needs = {} }: SkBuffRules): ContextLayout {
  const fields = FIELDS.filter(([name, offset]) => {
    if (name === "flow_keys" && pointers[name] === undefined) return false;
    if (name === "tstamp_type" && !writable.includes("tc_classid")) return false;
    const group = offset >= 88 && offset <= 136 ? "socket-address" : name;
    return !hidden.includes(group);
  }).map(([name, offset, size, access]): ContextField => {
    const value = pointers[name] ?? (name === "sk" ? "socket-common-or-null" : "scalar");
    const need = needs[name];
    const field = { name, offset, size, access, value, writable: writable.includes(name) };
    return need === undefined ? field : { ...field, needs: need };
  });
  return { name: "__sk_buff", size: BYTES, fields };
}
