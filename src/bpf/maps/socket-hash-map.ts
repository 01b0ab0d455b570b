import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { FreeElements } from "./hash/free-elements.ts";
import { NONE } from "./hash/hash-table.ts";
import { HashedMap } from "./hash/hashed-map.ts";
import type { HeldSocket } from "./kernel-objects.ts";
import type { MapPlace } from "./map-place.ts";
import { putCookie, socketToPut } from "./socket-value.ts";

/** BPF_MAP_TYPE_SOCKHASH (net/core/sock_map.c): sockets by keys of any size. */
export class SocketHashMap extends HashedMap {
  private readonly waiting: FreeElements;
  private readonly held: (HeldSocket | undefined)[] = [];

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place, definition.maxEntries);
    this.waiting = new FreeElements(definition.maxEntries);
  }

  override lookup(key: number): number {
    return this.heldAt(key)?.address ?? 0;
  }

  /** Puts in a socket that a program holds (sock_hash_update_elem). */
  put(key: number, socket: HeldSocket, flags: number): number {
    const { table } = this;
    const hash = table.hash(key);
    const old = table.find(key, hash);
    const errno = this.permits(flags, old);
    if (errno !== 0) return errno;
    if (old !== NONE) {
      table.unlink(old);
      this.free(old);
    }
    const element = this.waiting.take();
    if (element === undefined) return -ERRNO.E2BIG;
    this.held[element] = socket;
    table.link(element, key, hash);
    return 0;
  }

  override userLookup(key: number, value: number): number {
    return putCookie(this.memory, value, this.definition.valueSize, this.heldAt(key));
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const socket = socketToPut(this.place, this.definition, value, flags);
    return typeof socket === "number" ? socket : this.put(key, socket, flags);
  }

  override userTake(): number {
    return -ERRNO.ENOTSUPP;
  }

  override walk(): number {
    return -ERRNO.ENOTSUPP;
  }

  private heldAt(key: number): HeldSocket | undefined {
    const element = this.table.find(key, this.table.hash(key));
    return element === NONE ? undefined : this.held[element];
  }

  protected free(element: number): void {
    this.held[element] = undefined;
    this.waiting.give(element);
  }
}
