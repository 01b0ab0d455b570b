import type { Reference } from "./isa/instruction.ts";
import { createMap } from "./maps/create-map.ts";
import type { MapDefinition } from "./maps/definition.ts";
import { ERRNO } from "./maps/errno.ts";
import type { BpfMap } from "./maps/map.ts";
import { isLike, isMapOfMaps } from "./maps/map-of-maps.ts";
import type { MapPlace } from "./maps/map-place.ts";
import { CREATE_FLAG, MAP_TYPES, UPDATE_FLAG } from "./maps/map-type.ts";
import { ProgramArrayMap } from "./maps/program-array-map.ts";

/** BPF_MAP_CREATE's attributes. */
export interface MapAttributes extends MapDefinition {
  /** For maps of maps: descriptor of a map that is like those which they will hold. */
  readonly innerMap?: number;
}

interface OpenMap {
  readonly id: number;
  readonly map: BpfMap;
  frozen: boolean;
}

interface OpenProgram {
  readonly id: number;
  readonly slot: number;
}

/** The first descriptor that a process opens. */
const FIRST_DESCRIPTOR = 3;

/**
 * User space's side of maps: the map commands of bpf(2), by descriptors from 3 on, with the results and error numbers of
 * kernel/bpf/syscall.c. A negative number is an error (ERRNO). The caller may do everything that privileges permit.
 */
export class BpfSyscall {
  readonly place: MapPlace;
  private readonly open = new Map<number, OpenMap | OpenProgram>();
  private readonly byAddress = new Map<number, BpfMap>();
  private readonly closed: number[] = [];
  private nextId = 1;
  private last: BpfMap | undefined;

  constructor(place: MapPlace) {
    this.place = place;
  }

  /** BPF_MAP_CREATE. Returns the descriptor. */
  createMap({ type, keySize, valueSize, maxEntries, flags, innerMap }: MapAttributes): number {
    const map = createMap({ type, keySize, valueSize, maxEntries, flags }, this.place, this.innerDefinition(innerMap));
    if (typeof map === "number") return map;
    this.byAddress.set(map.address, map);
    return this.add({ id: this.nextId++, map, frozen: false });
  }

  /** What a map of maps is made after, or why it may not be (bpf_map_meta_alloc). */
  private innerDefinition(descriptor = 0): MapDefinition | number {
    const opened = this.mapAt(descriptor);
    if (typeof opened === "number") return opened;
    if (opened.map instanceof ProgramArrayMap) return -ERRNO.ENOTSUPP;
    return isMapOfMaps(opened.map) ? -ERRNO.EINVAL : opened.map.definition;
  }

  /** Opens a loaded program, for arrays of programs. @param slot the executable's. */
  openProgram(slot: number): number {
    return this.add({ id: this.nextId++, slot });
  }

  private add(opened: OpenMap | OpenProgram): number {
    const descriptor = this.closed.pop() ?? FIRST_DESCRIPTOR + this.open.size;
    this.open.set(descriptor, opened);
    return descriptor;
  }

  /** BPF_MAP_LOOKUP_ELEM: a value. @param key undefined for maps without keys. */
  lookup(descriptor: number, key: Uint8Array | undefined, flags = 0): Uint8Array | number {
    if ((flags & ~UPDATE_FLAG.LOCK) !== 0) return -ERRNO.EINVAL;
    return this.withMap(descriptor, { reads: true, flags }, ({ map }) =>
      this.withKey(map, key, (at) => this.read(map.userValueSize, (to) => map.userLookup(at, to))),
    );
  }

  /** BPF_MAP_UPDATE_ELEM. In maps of maps and programs the value is a descriptor, a little-endian u32. */
  update(descriptor: number, key: Uint8Array | undefined, value: Uint8Array, flags = 0): number {
    return this.withMap(descriptor, { writes: true, flags }, ({ map }) =>
      this.withKey(map, key, (at) => {
        if (value.length < map.userValueSize) return -ERRNO.EFAULT;
        if (isMapOfMaps(map) || map instanceof ProgramArrayMap) return this.put(map, at, value, flags);
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
    return this.withMap(descriptor, { reads: true, writes: true, flags }, ({ map }) =>
      this.withKey(map, key, (at) => this.read(map.userValueSize, (to) => map.userTake(at, to))),
    );
  }

  /** BPF_MAP_GET_NEXT_KEY: the key behind `key`, the first behind undefined. */
  nextKey(descriptor: number, key: Uint8Array | undefined): Uint8Array | number {
    return this.withMap(descriptor, { reads: true }, ({ map }) => {
      const find = (at: number) => this.read(map.definition.keySize, (to) => map.nextKey(at, to));
      return key === undefined ? find(0) : this.withKey(map, key, find);
    });
  }

  /** BPF_MAP_FREEZE: user space may only read from now on. */
  freeze(descriptor: number): number {
    const opened = this.mapAt(descriptor);
    if (typeof opened === "number") return opened;
    if ((opened.map.definition.flags & CREATE_FLAG.RDONLY) !== 0) return -ERRNO.EPERM;
    if (opened.frozen) return -ERRNO.EBUSY;
    opened.frozen = true;
    return 0;
  }

  /** What is open, in the order of numbers. */
  descriptors(): readonly number[] {
    return [...this.open.keys()].sort((a, b) => a - b);
  }

  /** The map of a descriptor, or the error number. */
  map(descriptor: number): BpfMap | number {
    const opened = this.mapAt(descriptor);
    return typeof opened === "number" ? opened : opened.map;
  }

  /** The map at an address that a program passes; undefined where there is none. */
  atAddress(address: number): BpfMap | undefined {
    // Programs tend to use one map many times.
    if (this.last?.address === address) return this.last;
    const map = this.byAddress.get(address);
    if (map !== undefined) this.last = map;
    return map;
  }

  /**
   * What a program's reference loads (`Environment.resolve`).
   * @param given descriptors of the maps that the program may name by index.
   */
  resolve({ to, imm, nextImm }: Reference, given: readonly number[] = []): bigint | undefined {
    if (to === "btf-id" || to === "function") return undefined;
    const byIndex = to === "map-index" || to === "map-index-value";
    const map = this.map(byIndex ? (given[imm] ?? -1) : imm);
    if (typeof map === "number") return undefined;
    if (to === "map-fd" || to === "map-index") return BigInt(map.address);
    const value = map.directValue();
    const offset = nextImm >>> 0;
    return value === 0 || offset >= map.definition.valueSize ? undefined : BigInt(value + offset);
  }

  private mapAt(descriptor: number): OpenMap | number {
    const opened = this.open.get(descriptor);
    // Below are the standard streams: open, but no maps.
    if (opened === undefined) return descriptor >= 0 && descriptor < FIRST_DESCRIPTOR ? -ERRNO.EINVAL : -ERRNO.EBADF;
    return "map" in opened ? opened : -ERRNO.EINVAL;
  }

  /** Looks a descriptor up and tests what may be done with it. */
  private withMap<T>(
    descriptor: number,
    { reads = false, writes = false, flags = 0 }: { reads?: boolean; writes?: boolean; flags?: number },
    act: (opened: OpenMap) => T | number,
  ): T | number {
    const opened = this.mapAt(descriptor);
    if (typeof opened === "number") return opened;
    const created = opened.map.definition.flags;
    if (reads && (created & CREATE_FLAG.WRONLY) !== 0) return -ERRNO.EPERM;
    if (writes && ((created & CREATE_FLAG.RDONLY) !== 0 || opened.frozen)) return -ERRNO.EPERM;
    if ((flags & UPDATE_FLAG.LOCK) !== 0) return -ERRNO.EINVAL;
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

  /** What an operation that gives 0 puts at an address. */
  private read(length: number, act: (address: number) => number): Uint8Array | number {
    return this.withBytes(new Uint8Array(length), (address) => {
      const errno = act(address);
      return errno < 0 ? errno : this.place.machine.memory.bytes.slice(address, address + length);
    });
  }

  private put(map: BpfMap, key: number, value: Uint8Array, flags: number): number {
    const descriptor = new DataView(value.buffer, value.byteOffset).getInt32(0, true);
    if (map instanceof ProgramArrayMap) {
      if (flags !== UPDATE_FLAG.ANY) return -ERRNO.EINVAL;
      if (this.place.machine.memory.uint32(key) >= map.definition.maxEntries) return -ERRNO.E2BIG;
      const program = this.open.get(descriptor);
      if (program === undefined) return -ERRNO.EBADF;
      return "slot" in program ? map.put(key, program) : -ERRNO.EINVAL;
    }
    if (!isMapOfMaps(map)) return -ERRNO.EINVAL;
    // An array looks at its own key first, a hash at the descriptor.
    if (map.definition.type === MAP_TYPES.array_of_maps) {
      if (flags !== UPDATE_FLAG.ANY) return -ERRNO.EINVAL;
      if (this.place.machine.memory.uint32(key) >= map.definition.maxEntries) return -ERRNO.E2BIG;
    }
    const held = this.mapAt(descriptor);
    if (typeof held === "number") return held;
    return isLike(held.map.definition, map.inner) ? map.put(key, held, flags) : -ERRNO.EINVAL;
  }

  /** close(2). Maps stay as long as the machine does: programs and other maps may hold them. */
  close(descriptor: number): number {
    if (!this.open.delete(descriptor)) return -ERRNO.EBADF;
    this.closed.push(descriptor);
    return 0;
  }
}
