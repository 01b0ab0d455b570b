import { ERRNO } from "./errno.ts";
import type { HeldSocket } from "./kernel-objects.ts";
import { ObjectArray } from "./object-array.ts";
import { putCookie, socketToPut } from "./socket-value.ts";

/** BPF_MAP_TYPE_SOCKMAP (net/core/sock_map.c): sockets by index. Programs get a socket, user space its cookie. */
export class SocketMap extends ObjectArray<HeldSocket> {
  override lookup(key: number): number {
    return this.heldAt(key)?.address ?? 0;
  }

  /** Puts in a socket that a program holds (sock_map_update_elem). */
  put(key: number, socket: HeldSocket, flags: number): number {
    if (!this.isIndex(key)) return -ERRNO.E2BIG;
    const errno = this.permits(key, flags);
    if (errno === 0) this.hold(key, socket);
    return errno;
  }

  override delete(key: number): number {
    if (!this.isIndex(key) || this.heldAt(key) === undefined) return -ERRNO.EINVAL;
    this.hold(key, undefined);
    return 0;
  }

  override userLookup(key: number, value: number): number {
    return putCookie(this.memory, value, this.definition.valueSize, this.heldAt(key));
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const socket = socketToPut(this.place, this.definition, value, flags);
    return typeof socket === "number" ? socket : this.put(key, socket, flags);
  }

  override userDelete(key: number): number {
    return this.delete(key);
  }
}
