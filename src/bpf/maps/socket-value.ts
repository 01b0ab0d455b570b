import type { LinearMemory } from "../vm/memory.ts";
import { ERRNO } from "./errno.ts";
import type { HeldSocket } from "./kernel-objects.ts";
import type { MapPlace } from "./map-place.ts";

/** Bytes of a value in which user space may read a socket's cookie. */
const COOKIE_BYTES = 8;

/** The socket of the descriptor that lies at `value`, 4 or 8 bytes, or the error number. */
export function socketFrom(place: MapPlace, value: number, bytes: number): HeldSocket | number {
  const { memory } = place.machine;
  const low = memory.uint32(value);
  if (bytes === COOKIE_BYTES && (memory.uint32(value + 4) !== 0 || low > 0x7fff_ffff)) return -ERRNO.EINVAL;
  return place.objects?.socket(low | 0) ?? -ERRNO.EBADF;
}

/** What user space reads of an entry: the socket's cookie, where values have room for it. */
export function putCookie(memory: LinearMemory, value: number, bytes: number, socket: HeldSocket | undefined): number {
  if (bytes !== COOKIE_BYTES) return -ERRNO.ENOSPC;
  if (socket === undefined) return -ERRNO.ENOENT;
  memory.setUint32(value, Number(socket.cookie & 0xffff_ffffn));
  memory.setUint32(value + 4, Number(socket.cookie >> 32n));
  return 0;
}
