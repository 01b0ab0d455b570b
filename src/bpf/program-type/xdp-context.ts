import type { ContextField, ContextLayout, ContextValue } from "./context-layout.ts";

/** BPF_XDP_DEVMAP of `enum bpf_attach_type`. */
const ATTACH_DEVMAP = 33;

const field = (name: string, offset: number, value: ContextValue = "scalar", attachType?: number): ContextField => ({
  name,
  offset,
  size: 4,
  access: "whole",
  value,
  writable: false,
  ...(attachType === undefined ? {} : { attachType }),
});

/** struct xdp_md (xdp_is_valid_access). */
export const XDP_CONTEXT: ContextLayout = {
  name: "xdp_md",
  size: 24,
  fields: [
    field("data", 0, "packet"),
    field("data_end", 4, "packet-end"),
    field("data_meta", 8, "packet-meta"),
    field("ingress_ifindex", 12),
    field("rx_queue_index", 16),
    field("egress_ifindex", 20, "scalar", ATTACH_DEVMAP),
  ],
};
