import type { LinearMemory } from "../vm/memory.ts";
import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import type { HeldSocket } from "./kernel-objects.ts";
import type { MapPlace } from "./map-place.ts";
import { UPDATE_FLAG } from "./map-type.ts";

/** Bytes of a value in which user space may read a socket's cookie. */
const COOKIE_BYTES = 8;

/** The socket that user space wants to put into a map: its descriptor lies at `value`; or the error number. @param flags UPDATE_FLAG. */
export function socketToPut(
  place: MapPlace,
  { type, valueSize }: MapDefinition,
  value: number,
  flags: number,
): HeldSocket | number {
  const socket = socketFrom(place, value, valueSize);
  if (typeof socket === "number") return socket;
  const errno = socket.admit(type);
  if (errno !== 0) return errno;
  return flags > UPDATE_FLAG.EXIST ? -ERRNO.EINVAL : socket;
}

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
