import { ERRNO } from "./errno.ts";
import type { HeldSocket } from "./kernel-objects.ts";
import { UPDATE_FLAG } from "./map-type.ts";
import { ObjectArray } from "./object-array.ts";
import { socketFrom } from "./socket-value.ts";

/** BPF_MAP_TYPE_XSKMAP (net/xdp/xskmap.c): AF_XDP sockets that packets are redirected to. */
export class XskMap extends ObjectArray<HeldSocket> {
  override lookup(key: number): number {
    return this.heldAt(key)?.address ?? 0;
  }

  override delete(key: number): number {
    if (!this.isIndex(key)) return -ERRNO.EINVAL;
    this.hold(key, undefined);
    return 0;
  }

  override userLookup(): number {
    return -ERRNO.EOPNOTSUPP;
  }

  override userUpdate(key: number, value: number, flags: number): number {
    if (flags > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    if (!this.isIndex(key)) return -ERRNO.E2BIG;
    const { type, valueSize } = this.definition;
    const socket = socketFrom(this.place, value, valueSize);
    if (typeof socket === "number") return socket;
    const errno = socket.admit(type) || this.permits(key, flags);
    if (errno === 0) this.hold(key, socket);
    return errno;
  }

  override userDelete(key: number): number {
    return this.delete(key);
  }
}
