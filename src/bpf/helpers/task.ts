import { CgroupArrayMap } from "../maps/cgroup-array-map.ts";
import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";
import { IDLE_TASK, type Surroundings } from "./surroundings.ts";

/** What helpers tell about the task that runs, by their numbers (kernel/bpf/helpers.c, kernel/bpf/cgroup.c). */
export function taskHelpers(memory: HelperMemory, surroundings: Surroundings): ReadonlyMap<number, HostFunction> {
  const current = () => surroundings.task?.() ?? IDLE_TASK;
  const address = () => BigInt(current().address ?? surroundings.taskAddress?.(current()) ?? 0);
  const pair = (high: number, low: number) => BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
  return new Map<number, HostFunction>([
    // bpf_get_current_pid_tgid
    helper(14, "", "i64", () => pair(current().process, current().thread)),
    // bpf_get_current_uid_gid
    helper(15, "", "i64", () => pair(current().group, current().user)),
    // bpf_get_current_comm
    helper(16, "ww", "signed", (to: number, size: number) => {
      const at = memory.within("bpf_get_current_comm", to, size);
      const command = Buffer.from(current().command, "latin1").subarray(0, size - 1);
      memory.bytes.fill(0, at, at + size);
      memory.bytes.set(command, at);
      return 0;
    }),
    // bpf_get_current_task and bpf_get_current_task_btf
    helper(35, "", "i64", address),
    helper(158, "", "i64", address),
    // bpf_current_task_under_cgroup
    helper(37, "ww", "signed", (map: number, index: number) => {
      const array = memory.mapOf("bpf_current_task_under_cgroup", map, CgroupArrayMap);
      if (index >>> 0 >= array.definition.maxEntries) return -ERRNO.E2BIG;
      const cgroup = array.at(index >>> 0);
      return cgroup === undefined ? -ERRNO.EAGAIN : Number(current().cgroups.includes(cgroup.id));
    }),
    // bpf_get_cgroup_classid: no group has a class (net_cls).
    helper(17, "w", "unsigned", () => 0),
    // bpf_get_current_cgroup_id
    helper(80, "", "i64", () => current().cgroups.at(-1) ?? 0n),
    // bpf_get_current_ancestor_cgroup_id
    helper(123, "w", "i64", (level: number) => (level < 0 ? 0n : (current().cgroups[level] ?? 0n))),
  ]);
}
