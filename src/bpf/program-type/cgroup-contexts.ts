import { contextLayout } from "./context-layout.ts";

const [GETSOCKOPT, SETSOCKOPT] = [21, 22];

/** struct bpf_cgroup_dev_ctx (cgroup_dev_is_valid_access). */
export const DEVICE_CONTEXT = contextLayout("bpf_cgroup_dev_ctx", 12, [
  ["access_type", 0, 4, "narrow"],
  ["major", 4, 4, "whole"],
  ["minor", 8, 4, "whole"],
]);

/** struct bpf_sysctl (sysctl_is_valid_access). */
export const SYSCTL_CONTEXT = contextLayout("bpf_sysctl", 8, [
  ["write", 0, 4, "narrow"],
  ["file_pos", 4, 4, "narrow", { writable: true }],
]);

/** struct bpf_sockopt (cg_sockopt_is_valid_access). */
export const SOCKET_OPTION_CONTEXT = contextLayout("bpf_sockopt", 40, [
  ["sk", 0, 8, "whole", { value: "socket" }],
  ["optval", 8, 8, "whole", { value: "packet" }],
  ["optval_end", 16, 8, "whole", { value: "packet-end" }],
  ["level", 24, 4, "whole", { writableFor: [SETSOCKOPT] }],
  ["optname", 28, 4, "whole", { writableFor: [SETSOCKOPT] }],
  ["optlen", 32, 4, "whole", { writable: true }],
  ["retval", 36, 4, "whole", { attachTypes: [GETSOCKOPT], writable: true }],
]);
