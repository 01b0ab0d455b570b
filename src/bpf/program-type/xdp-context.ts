import { contextLayout } from "./context-layout.ts";

/** BPF_XDP_DEVMAP of `enum bpf_attach_type`. */
const ATTACH_DEVMAP = 33;

/** struct xdp_md (xdp_is_valid_access). */
export const XDP_CONTEXT = contextLayout("xdp_md", 24, [
  ["data", 0, 4, "whole", { value: "packet" }],
  ["data_end", 4, 4, "whole", { value: "packet-end" }],
  ["data_meta", 8, 4, "whole", { value: "packet-meta" }],
  ["ingress_ifindex", 12, 4, "whole"],
  ["rx_queue_index", 16, 4, "whole"],
  ["egress_ifindex", 20, 4, "whole", { attachTypes: [ATTACH_DEVMAP] }],
]);
