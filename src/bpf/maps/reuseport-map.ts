import { ERRNO } from "./errno.ts";
import type { HeldSocket } from "./kernel-objects.ts";
import { UPDATE_FLAG } from "./map-type.ts";
import { ObjectArray } from "./object-array.ts";
import { putCookie, socketFrom } from "./socket-value.ts";

/** BPF_MAP_TYPE_REUSEPORT_SOCKARRAY (kernel/bpf/reuseport_array.c): sockets among which bpf_sk_select_reuseport chooses. */
export class ReuseportMap extends ObjectArray<HeldSocket> {
  override lookup(key: number): number {
    return this.heldAt(key)?.address ?? 0;
  }

  override userLookup(key: number, value: number): number {
    return putCookie(this.memory, value, this.definition.valueSize, this.heldAt(key));
  }

  override userUpdate(key: number, value: number, flags: number): number {
    if (flags > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    if (!this.isIndex(key)) return -ERRNO.E2BIG;
    const { type, valueSize } = this.definition;
    const socket = socketFrom(this.place, value, valueSize);
    if (typeof socket === "number") return socket;
    const errno = this.permits(key, flags) || socket.admit(type);
    if (errno === 0) this.hold(key, socket);
    return errno;
  }
}
