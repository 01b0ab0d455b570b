import { freeFields } from "./heap/free-fields.ts";
import { ObjectHeap } from "./heap/object-heap.ts";
import type { Reference } from "./isa/instruction.ts";
import { createMap } from "./maps/create-map.ts";
import type { MapDefinition, ValueField } from "./maps/definition.ts";
import { ERRNO } from "./maps/errno.ts";
import { HashedMap } from "./maps/hash/hashed-map.ts";
import type { PerfEvent } from "./maps/kernel-objects.ts";
import type { BpfMap } from "./maps/map.ts";
import { isLike, isMapOfMaps } from "./maps/map-of-maps.ts";
import type { MapPlace } from "./maps/map-place.ts";
import { CREATE_FLAG, MAP_TYPES, UPDATE_FLAG } from "./maps/map-type.ts";
import { PerfEventArrayMap } from "./maps/perf-event-array-map.ts";
import { ProgramArrayMap } from "./maps/program-array-map.ts";
import { QueueMap } from "./maps/queue-map.ts";
import { RingBufferMap } from "./maps/ring-buffer-map.ts";
import { hasLock } from "./maps/value-copy.ts";
import type { Btf } from "./object/btf/btf-type.ts";
import { AttachCommands } from "./syscall/attach-commands.ts";
import {
  type BatchCommand,
  type BatchResult,
  type ElementCommands,
  hasBatch,
  type LookupBatchResult,
  lookupByBuckets,
  lookupByKeys,
} from "./syscall/batch.ts";
import { BpfFilesystem } from "./syscall/bpf-filesystem.ts";
import { MappedMemory, type MappingRequest, mappingAddress } from "./syscall/mapped-memory.ts";
import { isObjectName } from "./syscall/object-name.ts";
import {
  type Attachment,
  type KernelObject,
  type MapObject,
  type ObjectKind,
  ObjectTable,
  type ProgramObject,
} from "./syscall/objects.ts";
import { checkTypes } from "./syscall/type-check.ts";

/** BPF_MAP_CREATE's attributes. */
export interface MapAttributes extends Omit<MapDefinition, "fields" | "typed"> {
  /** For maps of maps: descriptor of a map that is like those which they will hold. */
  readonly innerMap?: number;
  readonly name?: string;
  /** Types of keys and values: a descriptor of BTF, and ids in it. */
  readonly types?: { readonly btf: number; readonly key: number; readonly value: number };
  /** Parts of values that only helpers change, as `types` say. */
  readonly fields?: readonly ValueField[];
}

/** BPF_OBJ_GET_INFO_BY_FD of a map (struct bpf_map_info). */
export interface MapInfo extends Omit<MapDefinition, "fields" | "typed"> {
  readonly id: number;
  readonly name: string;
  readonly frozen: boolean;
  readonly btfId: number;
  readonly keyTypeId: number;
  readonly valueTypeId: number;
}

/** A loaded program, as `openProgram` is told of it. */
export type ProgramFacts = Partial<Omit<ProgramObject, "kind" | "id" | "slot">>;

/**
 * User space's side: the commands of bpf(2), by descriptors from 3 on, with the results and error numbers of
 * kernel/bpf/syscall.c. A negative number is an error (ERRNO). The caller may do everything that privileges permit.
 * A command is whole before the next begins, and no program runs meanwhile: nobody ever sees half a value.
 */
export class BpfSyscall {
  readonly place: MapPlace;
  /** Paths under /sys/fs/bpf. */
  readonly files: BpfFilesystem;
  /** Programs at control groups and the like. */
  readonly attachments: AttachCommands;
  /** What programs allocate. */
  readonly heap: ObjectHeap;
  protected readonly objects: ObjectTable;
  private readonly byAddress = new Map<number, BpfMap>();
  private last: BpfMap | undefined;

  constructor(place: MapPlace) {
    this.place = place;
    this.heap = new ObjectHeap(place.machine.memory, place.machine.regions);
    this.objects = new ObjectTable((object) => this.free(object));
    this.files = new BpfFilesystem(this.objects);
    this.attachments = new AttachCommands(this.objects);
  }

  /** BPF_MAP_CREATE. Returns the descriptor. */
  createMap({ innerMap, name = "", types, ...given }: MapAttributes): number {
    if (!isObjectName(name)) return -ERRNO.EINVAL;
    if (types !== undefined && types.key !== 0 && types.value === 0) return -ERRNO.EINVAL;
    const definition = { ...given, typed: types !== undefined && types.key !== 0 && types.value !== 0 };
    const map = createMap(definition, this.place, this.innerDefinition(innerMap));
    if (typeof map === "number") return map;
    const btf = types === undefined ? undefined : this.objects.ofKind(types.btf, "btf");
    const errno =
      typeof btf === "number"
        ? btf
        : btf === undefined
          ? 0
          : checkTypes(map.definition, btf.btf, types!.key, types!.value);
    if (typeof btf === "number" || errno !== 0) {
      map.release();
      return errno;
    }
    if (btf !== undefined) this.objects.hold(btf);
    const { fields = [] } = map.definition;
    if (fields.some(({ kind }) => HOLDING.has(kind))) map.freed.push((value) => freeFields(this.heap, fields, value));
    this.byAddress.set(map.address, map);
    const { key, value } = types ?? { key: 0, value: 0 };
    return this.objects.add({
      kind: "map",
      id: this.objects.newId("map"),
      name,
      map,
      frozen: false,
      writers: 0,
      types: { btf: btf?.id ?? 0, key, value },
    });
  }

  /** What a map of maps is made after, or why it may not be (bpf_map_meta_alloc). */
  private innerDefinition(descriptor = 0): MapDefinition | number {
    const opened = this.objects.ofKind(descriptor, "map");
    if (typeof opened === "number") return opened;
    if (isMapOfMaps(opened.map)) return -ERRNO.EINVAL;
    return NOT_INNER.has(opened.map.definition.type) ? -ERRNO.ENOTSUPP : opened.map.definition;
  }

  /** Opens a loaded program. @param slot the executable's. */
  openProgram(slot: number, facts: ProgramFacts = {}): number {
    const id = this.objects.newId("program");
    const { name = "", type = 0, license = "", size = 0, maps = [], attachType = 0, tag = "", verified = 0 } = facts;
    const release = facts.release === undefined ? {} : { release: facts.release };
    return this.objects.add({
      kind: "program",
      ...{ id, slot, name, type, license, size, maps, attachType, tag, verified, ...release },
    });
  }

  /** BPF_BTF_LOAD of types that were read. @param size bytes of what they were read from. */
  loadBtf(btf: Btf, size: number, name = ""): number {
    return this.objects.add({ kind: "btf", id: this.objects.newId("btf"), name, btf, size });
  }

  /** perf_event_open(2) of an event that is lent. */
  openPerfEvent(event: PerfEvent): number {
    return this.objects.add({ kind: "perf-event", event });
  }

  /**
   * BPF_LINK_CREATE.
   * @param attach puts the program where it shall be, which other parts of the simulation know; gives a negative error number
   *   where it cannot be there.
   */
  createLink(program: number, attachType: number, attach: (program: ProgramObject) => Attachment | number): number {
    const object = this.objects.ofKind(program, "program");
    if (typeof object === "number") return object;
    const attachment = attach(object);
    if (typeof attachment === "number") return attachment;
    this.objects.hold(object);
    const id = this.objects.newId("link");
    return this.objects.add({ kind: "link", id, name: "", program: object, attachType, attachment });
  }

  /**
   * BPF_LINK_UPDATE.
   * @param old with BPF_F_REPLACE: the program that must be there now.
   */
  updateLink(link: number, program: number, old?: number): number {
    const object = this.objects.ofKind(link, "link");
    if (typeof object === "number") return object;
    const next = this.objects.ofKind(program, "program");
    if (typeof next === "number") return next;
    if (old !== undefined) {
      const expected = this.objects.ofKind(old, "program");
      if (typeof expected === "number") return expected;
      if (expected !== object.program) return -ERRNO.EPERM;
    }
    if (object.attachment === undefined) return -ERRNO.ENOLINK;
    if (next.type !== object.program.type) return -ERRNO.EINVAL;
    const errno = object.attachment.update(next);
    if (errno !== 0) return errno;
    this.objects.hold(next);
    this.objects.letGo(object.program);
    object.program = next;
    return 0;
  }

  /** BPF_LINK_DETACH: the program leaves its place; the link stays, without effect. */
  detachLink(link: number): number {
    const object = this.objects.ofKind(link, "link");
    if (typeof object === "number") return object;
    object.attachment?.detach();
    object.attachment = undefined;
    return 0;
  }

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

  /**
   * BPF_MAP_LOOKUP_BATCH: at most `count` elements.
   * @param from `next` of the batch before; undefined: the beginning.
   */
  lookupBatch(descriptor: number, from: Uint8Array | undefined, count: number, flags = 0): LookupBatchResult {
    return this.readBatch(descriptor, "lookup", from, count, flags);
  }

  /** BPF_MAP_LOOKUP_AND_DELETE_BATCH. */
  takeBatch(descriptor: number, from: Uint8Array | undefined, count: number, flags = 0): LookupBatchResult {
    return this.readBatch(descriptor, "take", from, count, flags);
  }

  private readBatch(
    descriptor: number,
    command: "lookup" | "take",
    from: Uint8Array | undefined,
    count: number,
    flags: number,
  ): LookupBatchResult {
    const none = { count: 0, keys: [], values: [], next: undefined };
    const map = this.mapForBatch(descriptor, command, flags);
    if (typeof map === "number") return { errno: map, ...none };
    if (count === 0) return { errno: 0, ...none };
    const commands: ElementCommands = {
      nextKey: (key) => this.nextKey(descriptor, key),
      lookup: (key) => this.lookup(descriptor, key, flags),
      delete: (key) => this.delete(descriptor, key),
    };
    if (!(map instanceof HashedMap)) return lookupByKeys(commands, from, count);
    return lookupByBuckets(commands, (number) => map.keysOfBucket(number), from, count, command === "take");
  }

  /** BPF_MAP_UPDATE_BATCH. */
  updateBatch(descriptor: number, keys: readonly Uint8Array[], values: readonly Uint8Array[], flags = 0): BatchResult {
    return this.writeBatch(descriptor, "update", flags, keys.length, (i) =>
      this.update(descriptor, keys[i], values[i]!, flags),
    );
  }

  /** BPF_MAP_DELETE_BATCH. */
  deleteBatch(descriptor: number, keys: readonly Uint8Array[], flags = 0): BatchResult {
    return this.writeBatch(descriptor, "delete", flags, keys.length, (i) => this.delete(descriptor, keys[i]));
  }

  private writeBatch(
    descriptor: number,
    command: BatchCommand,
    flags: number,
    elements: number,
    act: (element: number) => number,
  ): BatchResult {
    const map = this.mapForBatch(descriptor, command, flags);
    if (typeof map === "number") return { errno: map, count: 0 };
    for (let count = 0; count < elements; count++) {
      const errno = act(count);
      if (errno !== 0) return { errno, count };
    }
    return { errno: 0, count: elements };
  }

  private mapForBatch(descriptor: number, command: BatchCommand, flags: number): BpfMap | number {
    const access = { reads: command === "lookup" || command === "take", writes: command !== "lookup" };
    return this.withMap(descriptor, access, ({ map }) => {
      if (!hasBatch(map, command)) return -ERRNO.ENOTSUPP;
      if ((flags & ~UPDATE_FLAG.LOCK) !== 0) return -ERRNO.EINVAL;
      return (flags & UPDATE_FLAG.LOCK) !== 0 && !hasLock(map.definition) ? -ERRNO.EINVAL : map;
    });
  }

  /** The records of a ring buffer, oldest first, which are taken out (ring_buffer__consume of libbpf). */
  records(descriptor: number): Uint8Array[] {
    const map = this.map(descriptor);
    const records: Uint8Array[] = [];
    if (!(map instanceof RingBufferMap)) return records;
    for (let record = map.consume(); record !== undefined; record = map.consume()) records.push(record);
    return records;
  }

  /** BPF_MAP_FREEZE: user space may only read from now on. */
  freeze(descriptor: number): number {
    const opened = this.objects.ofKind(descriptor, "map");
    if (typeof opened === "number") return opened;
    const { flags, fields = [] } = opened.map.definition;
    if (fields.length > 0) return -ERRNO.ENOTSUPP;
    if ((flags & CREATE_FLAG.RDONLY) !== 0 || opened.frozen) return -ERRNO.EPERM;
    if (opened.writers > 0) return -ERRNO.EBUSY;
    opened.frozen = true;
    return 0;
  }

  /** mmap(2) of an array that was made with BPF_F_MMAPABLE: its values, or the error number. */
  mapMemory(descriptor: number, request: MappingRequest): MappedMemory | number {
    const opened = this.objects.ofKind(descriptor, "map");
    if (typeof opened === "number") return -ERRNO.EBADF;
    const address = mappingAddress(opened, request);
    if (address < 0) return address;
    const writers = request.writable === true ? 1 : 0;
    opened.writers += writers;
    this.objects.hold(opened);
    return new MappedMemory(this.place.machine.memory, address, request.length, () => {
      opened.writers -= writers;
      this.objects.letGo(opened);
    });
  }

  /** BPF_MAP_GET_NEXT_ID and the like: the id behind `id`. */
  nextId(kind: ObjectKind, id: number): number {
    return this.objects.nextId(kind, id);
  }

  /** BPF_MAP_GET_FD_BY_ID and the like: a descriptor. */
  openById(kind: ObjectKind, id: number): number {
    return this.objects.openById(kind, id);
  }

  /** BPF_OBJ_GET_INFO_BY_FD of a map. */
  mapInfo(descriptor: number): MapInfo | number {
    const object = this.objects.ofKind(descriptor, "map");
    if (typeof object === "number") return object;
    const { id, name, frozen, types, map } = object;
    const { fields: _, typed: __, ...definition } = map.definition;
    return { ...definition, id, name, frozen, btfId: types.btf, keyTypeId: types.key, valueTypeId: types.value };
  }

  /** The types of a map's keys and values; undefined where it was made without. */
  mapTypes(descriptor: number): { readonly btf: Btf; readonly key: number; readonly value: number } | undefined {
    const object = this.objects.ofKind(descriptor, "map");
    if (typeof object === "number") return undefined;
    const btf = this.objects.byNumber("btf", object.types.btf);
    return btf?.kind === "btf" ? { btf: btf.btf, key: object.types.key, value: object.types.value } : undefined;
  }

  /** BPF_OBJ_GET_INFO_BY_FD of a program. */
  programInfo(descriptor: number): Omit<ProgramObject, "kind" | "slot" | "release"> | number {
    const object = this.objects.ofKind(descriptor, "program");
    if (typeof object === "number") return object;
    const { kind: _, slot: __, release: ___, ...info } = object;
    return info;
  }

  /** BPF_OBJ_GET_INFO_BY_FD of BTF. */
  btfInfo(descriptor: number): { readonly id: number; readonly name: string; readonly size: number } | number {
    const object = this.objects.ofKind(descriptor, "btf");
    if (typeof object === "number") return object;
    const { id, name, size } = object;
    return { id, name, size };
  }

  /** BPF_OBJ_GET_INFO_BY_FD of a link. */
  linkInfo(
    descriptor: number,
  ): { readonly id: number; readonly program: number; readonly attachType: number } | number {
    const object = this.objects.ofKind(descriptor, "link");
    if (typeof object === "number") return object;
    return { id: object.id, program: object.program.id, attachType: object.attachType };
  }

  /** What is open, in the order of numbers. */
  descriptors(): readonly number[] {
    return this.objects.descriptors();
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

  /** The map at an address that a program passes; undefined where there is none. */
  atAddress(address: number): BpfMap | undefined {
    // Programs tend to use one map many times.
    if (this.last?.address === address) return this.last;
    const map = this.byAddress.get(address);
    if (map !== undefined) this.last = map;
    return map;
  }

  /**
   * What a program's reference loads (`Environment.resolve`). The map stays as long as the machine from then on.
   * @param given descriptors of the maps that the program may name by index.
   */
  resolve({ to, imm, nextImm }: Reference, given: readonly number[] = []): bigint | undefined {
    if (to === "btf-id" || to === "function") return undefined;
    const byIndex = to === "map-index" || to === "map-index-value";
    const opened = this.objects.ofKind(byIndex ? (given[imm] ?? -1) : imm, "map");
    if (typeof opened === "number") return undefined;
    const { map } = opened;
    if (to === "map-fd" || to === "map-index") {
      this.objects.hold(opened);
      return BigInt(map.address);
    }
    const value = map.directValue();
    const offset = nextImm >>> 0;
    if (value === 0 || offset >= map.directSize) return undefined;
    this.objects.hold(opened);
    return BigInt(value + offset);
  }

  /** Looks a descriptor up and tests what may be done with it. */
  private withMap<T>(
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
      this.objects.hold(held);
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

  /** close(2). A map that a program names or another map has held stays as long as the machine does. */
  close(descriptor: number): number {
    return this.objects.close(descriptor);
  }

  private free(object: KernelObject): void {
    if (object.kind === "map") {
      this.byAddress.delete(object.map.address);
      if (this.last === object.map) this.last = undefined;
      object.map.release();
      const btf = this.objects.byNumber("btf", object.types.btf);
      if (btf !== undefined) this.objects.letGo(btf);
    }
    if (object.kind === "link") {
      object.attachment?.detach();
      this.objects.letGo(object.program);
    }
    if (object.kind === "program") object.release?.();
  }
}

/** Parts of values that hold what programs allocated. */
const HOLDING: ReadonlySet<ValueField["kind"]> = new Set(["kptr", "list", "tree"]);

/** Types that no map of maps holds. */
const NOT_INNER: ReadonlySet<number> = new Set([
  MAP_TYPES.prog_array,
  MAP_TYPES.cgroup_storage,
  MAP_TYPES.percpu_cgroup_storage,
]);
