import { type PrototypeRow, prototypeFrom } from "../helpers/prototype.ts";

const variants = (...rows: readonly PrototypeRow[]) =>
  new Map(rows.map((row) => [row[0], prototypeFrom(row)] as const));

/** bpf_get_cgroup_classid of the current task, where others have the class of a packet's sender. */
const TASK_CLASS: PrototypeRow = [17, "integer", ""];

/** Helpers that programs of some types call in another way than programs of most. */
export const VARIANTS = {
  task: variants(TASK_CLASS),
  cgroupSocket: variants(TASK_CLASS, [107, "value-or-null", "map context value:or-null any"]),
  socketOption: variants(
    TASK_CLASS,
    [49, "integer", "any-socket any any memory:in size"],
    [57, "integer", "any-socket any any memory:out size"],
  ),
  structOperations: variants(
    TASK_CLASS,
    [49, "integer", "any-socket any any memory:in size"],
    [57, "integer", "any-socket any any memory:out size"],
  ),
  reuseport: variants(TASK_CLASS, [46, "integer", "any-socket"]),
  socketLookup: variants(TASK_CLASS, [124, "integer", "context socket:or-null any"]),
  tracing: variants(
    TASK_CLASS,
    [49, "integer", "any-socket any any memory:in size"],
    [57, "integer", "any-socket any any memory:out size"],
    [46, "integer", "btf.sock_common:or-null"],
    [107, "value-or-null", "map btf.sock_common:or-null value:or-null any"],
    [108, "integer", "map btf.sock_common:or-null"],
    [136, "struct.tcp6_sock:or-null", "btf.sock_common"],
    [137, "struct.tcp_sock:or-null", "btf.sock_common"],
    [138, "struct.tcp_timewait_sock:or-null", "btf.sock_common"],
    [139, "struct.tcp_request_sock:or-null", "btf.sock_common"],
    [140, "struct.udp6_sock:or-null", "btf.sock_common"],
    [178, "struct.unix_sock:or-null", "btf.sock_common"],
    [196, "struct.mptcp_sock:or-null", "btf.sock_common"],
  ),
} as const;
