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
    [46, "integer", "any-socket:or-null"],
    [107, "value-or-null", "map btf.sock_common:or-null value:or-null any"],
    [108, "integer", "map btf.sock_common:or-null"],
    [188, "integer", "btf.xdp_buff"],
  ),
} as const;
