import { ERRNO } from "../maps/errno.ts";
import type { BpfMap } from "../maps/map.ts";
import { isLike, isMapOfMaps } from "../maps/map-of-maps.ts";
import type { MapPlace } from "../maps/map-place.ts";
import { CREATE_FLAG, MAP_TYPES, UPDATE_FLAG } from "../maps/map-type.ts";
import { PerfEventArrayMap } from "../maps/perf-event-array-map.ts";
import { ProgramArrayMap } from "../maps/program-array-map.ts";
import { QueueMap } from "../maps/queue-map.ts";
import { hasLock } from "../maps/value-copy.ts";
import { ObjectCommands } from "./object-commands.ts";
import type { MapObject } from "./objects.ts";

/** Commands of bpf(2) on one element of a map. */
export abstract class ElementCommands extends ObjectCommands {
  abstract readonly place: MapPlace;

  /**
   * BPF_MAP_LOOKUP_ELEM: a value.
   * @param key undefined for maps without keys.
   * @param asked the value that a bloom filter is asked about.
   */
  lookup(descriptor: number, key: Uint8Array | undefined, flags = 0, asked?: Uint8Array): Uint8Array | number {
    if ((flags & ~UPDATE_FLAG.LOCK) !== 0) return -ERRNO.EINVAL;
    return this.withMap(descriptor, { reads: true, flags }, ({ map }) =>
      this.withKey(map, key, (at) => {
        const bytes = asked?.slice(0, map.userValueSize) ?? new Uint8Array(map.userValueSize);
        return this.read(bytes, (to) => map.userLookup(at, to));
      }),
    );
  }

  /** BPF_MAP_UPDATE_ELEM. In maps of maps, programs, events and sockets the value is a descriptor, a little-endian u32. */
  update(descriptor: number, key: Uint8Array | undefined, value: Uint8Array, flags = 0): number {
    return this.withMap(descriptor, { writes: true, flags }, ({ map }) =>
      this.withKey(map, key, (at) => {
        if (value.length < map.userValueSize) return -ERRNO.EFAULT;
        if (isMapOfMaps(map) || map instanceof ProgramArrayMap || map instanceof PerfEventArrayMap)
          return this.put(map, at, value, flags);
        return this.withBytes(value, (from) => map.userUpdate(at, from, flags));
      }),
    );
  }

  /** BPF_MAP_DELETE_ELEM. */
  delete(descriptor: number, key: Uint8Array | undefined): number {
    return this.withMap(descriptor, { writes: true }, ({ map }) => this.withKey(map, key, (at) => map.userDelete(at)));
  }

  /** BPF_MAP_LOOKUP_AND_DELETE_ELEM: a value. */
  take(descriptor: number, key: Uint8Array | undefined, flags = 0): Uint8Array | number {
    if ((flags & ~UPDATE_FLAG.LOCK) !== 0) return -ERRNO.EINVAL;
    return this.withMap(descriptor, { reads: true, writes: true, flags }, ({ map }) => {
      if (flags !== 0 && map instanceof QueueMap) return -ERRNO.EINVAL;
      return this.withKey(map, key, (at) => this.read(new Uint8Array(map.userValueSize), (to) => map.userTake(at, to)));
    });
  }

  /** BPF_MAP_GET_NEXT_KEY: the key behind `key`, the first behind undefined. */
  nextKey(descriptor: number, key: Uint8Array | undefined): Uint8Array | number {
    return this.withMap(descriptor, { reads: true }, ({ map }) => {
      const find = (at: number) => this.read(new Uint8Array(map.definition.keySize), (to) => map.nextKey(at, to));
      return key === undefined ? find(0) : this.withKey(map, key, find);
    });
  }

  /** Bytes that `update` takes and `lookup` gives of a map, for per-CPU maps of all processors; 0 where it is no map. */
  valueSize(descriptor: number): number {
    const map = this.map(descriptor);
    return typeof map === "number" ? 0 : map.userValueSize;
  }

  /** The map of a descriptor, or the error number. */
  map(descriptor: number): BpfMap | number {
    const opened = this.objects.ofKind(descriptor, "map");
    return typeof opened === "number" ? opened : opened.map;
  }

  /** Looks a descriptor up and tests what may be done with it. */
  protected withMap<T>(
    descriptor: number,
    { reads = false, writes = false, flags = 0 }: { reads?: boolean; writes?: boolean; flags?: number },
    act: (opened: MapObject) => T | number,
  ): T | number {
    const opened = this.objects.ofKind(descriptor, "map");
    if (typeof opened === "number") return opened;
    const created = opened.map.definition.flags;
    if (reads && (created & CREATE_FLAG.WRONLY) !== 0) return -ERRNO.EPERM;
    if (writes && ((created & CREATE_FLAG.RDONLY) !== 0 || opened.frozen)) return -ERRNO.EPERM;
    if ((flags & UPDATE_FLAG.LOCK) !== 0 && !hasLock(opened.map.definition)) return -ERRNO.EINVAL;
    return act(opened);
  }

  private withKey<T>(map: BpfMap, key: Uint8Array | undefined, act: (address: number) => T | number): T | number {
    const { keySize } = map.definition;
    if (keySize === 0) return key === undefined ? act(0) : -ERRNO.EINVAL;
    if (key === undefined || key.length < keySize) return -ERRNO.EFAULT;
    return this.withBytes(key, act);
  }

  /** Lends bytes an address in the machine's memory. */
  private withBytes<T>(bytes: Uint8Array, act: (address: number) => T): T {
    const { memory } = this.place.machine;
    const address = memory.allocate(bytes.length);
    memory.bytes.set(bytes, address);
    try {
      return act(address);
    } finally {
      memory.release(address, bytes.length);
    }
  }

  /** What an operation that gives 0 makes of the bytes at an address. */
  private read(bytes: Uint8Array, act: (address: number) => number): Uint8Array | number {
    return this.withBytes(bytes, (address) => {
      const errno = act(address);
      return errno < 0 ? errno : this.place.machine.memory.bytes.slice(address, address + bytes.length);
    });
  }

  private put(map: BpfMap, key: number, value: Uint8Array, flags: number): number {
    const descriptor = new DataView(value.buffer, value.byteOffset).getInt32(0, true);
    // An array looks at its own key first, a hash at the descriptor.
    if (map.definition.type !== MAP_TYPES.hash_of_maps) {
      if (flags !== UPDATE_FLAG.ANY) return -ERRNO.EINVAL;
      if (this.place.machine.memory.uint32(key) >= map.definition.maxEntries) return -ERRNO.E2BIG;
    }
    if (map instanceof PerfEventArrayMap) {
      const held = this.objects.ofKind(descriptor, "perf-event");
      // perf_event_get knows one error for all that is no event.
      if (typeof held === "number") return -ERRNO.EBADF;
      this.objects.hold(held);
      return map.put(key, held.event);
    }
    if (map instanceof ProgramArrayMap) {
      const held = this.objects.ofKind(descriptor, "program");
      if (typeof held === "number") return held;
      return map.put(key, held);
    }
    if (!isMapOfMaps(map)) return -ERRNO.EINVAL;
    const held = this.objects.ofKind(descriptor, "map");
    if (typeof held === "number") return held;
    if (!isLike(held.map.definition, map.inner)) return -ERRNO.EINVAL;
    const errno = map.put(key, held, flags);
    if (errno === 0) this.objects.hold(held);
    return errno;
  }
}
