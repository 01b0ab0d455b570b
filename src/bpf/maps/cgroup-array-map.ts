import { ERRNO } from "./errno.ts";
import type { HeldCgroup } from "./kernel-objects.ts";
import { UPDATE_FLAG } from "./map-type.ts";
import { ObjectArray } from "./object-array.ts";

/** BPF_MAP_TYPE_CGROUP_ARRAY (kernel/bpf/arraymap.c): control groups that programs ask about. */
export class CgroupArrayMap extends ObjectArray<HeldCgroup> {
  override userLookup(): number {
    return -ERRNO.ENOTSUPP;
  }

  /** The value is a descriptor. */
  override userUpdate(key: number, value: number, flags: number): number {
    if (flags !== UPDATE_FLAG.ANY) return -ERRNO.EINVAL;
    if (!this.isIndex(key)) return -ERRNO.E2BIG;
    const cgroup = this.place.objects?.cgroup(this.memory.uint32(value) | 0) ?? -ERRNO.EBADF;
    if (typeof cgroup === "number") return cgroup;
    this.hold(key, cgroup);
    return 0;
  }
}
