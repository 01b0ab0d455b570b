import { freeFields } from "./heap/free-fields.ts";
import { ObjectHeap } from "./heap/object-heap.ts";
import type { Reference } from "./isa/instruction.ts";
import { createMap } from "./maps/create-map.ts";
import type { MapDefinition, ValueField } from "./maps/definition.ts";
import { ERRNO } from "./maps/errno.ts";
import type { BpfMap } from "./maps/map.ts";
import { isMapOfMaps } from "./maps/map-of-maps.ts";
import type { MapPlace } from "./maps/map-place.ts";
import { CREATE_FLAG, MAP_TYPES } from "./maps/map-type.ts";
import type { Programs } from "./maps/program-owner.ts";
import { RingBufferMap } from "./maps/ring-buffer-map.ts";
import { UserRingBufferMap } from "./maps/user-ring-buffer-map.ts";
import type { Btf } from "./object/btf/btf-type.ts";
import { AttachCommands } from "./syscall/attach-commands.ts";
import { BatchCommands } from "./syscall/batch-commands.ts";
import { BpfFilesystem } from "./syscall/bpf-filesystem.ts";
import { MappedMemory, type MappingRequest, mappingAddress } from "./syscall/mapped-memory.ts";
import { isObjectName } from "./syscall/object-name.ts";
import { type KernelObject, ObjectTable, type ProgramObject } from "./syscall/objects.ts";
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

/**
 * User space's side: the commands of bpf(2), by descriptors from 3 on, with the results and error numbers of
 * kernel/bpf/syscall.c. A negative number is an error (ERRNO). The caller may do everything that privileges permit.
 * A command is whole before the next begins, and no program runs meanwhile: nobody ever sees half a value.
 */
export class BpfSyscall extends BatchCommands {
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
    super();
    this.place = { ...place, programs: this.programs() };
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

  /** The records of a ring buffer, oldest first, which are taken out (ring_buffer__consume of libbpf). */
  records(descriptor: number): Uint8Array[] {
    const map = this.map(descriptor);
    const records: Uint8Array[] = [];
    if (!(map instanceof RingBufferMap)) return records;
    for (let record = map.consume(); record !== undefined; record = map.consume()) records.push(record);
    return records;
  }

  /** Puts a record into a user ring buffer: 0, -E2BIG, -ENOSPC or, where it is none, -EINVAL (user_ring_buffer__submit of libbpf). */
  produce(descriptor: number, record: Uint8Array): number {
    const map = this.map(descriptor);
    if (typeof map === "number") return map;
    return map instanceof UserRingBufferMap ? map.produce(record) : -ERRNO.EINVAL;
  }

  /** Has `wake` called when the kernel would wake who waits for records of a ring buffer (epoll_wait(2)). Returns 0 or -EINVAL. */
  awaitRecords(descriptor: number, wake: () => void): number {
    const map = this.map(descriptor);
    if (typeof map === "number") return map;
    if (!(map instanceof RingBufferMap)) return -ERRNO.EINVAL;
    map.onRecord = wake;
    return 0;
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

  /** Programs as maps hold them. */
  private programs(): Programs {
    // Maps hold nothing but what `of` gave them.
    return {
      of: (descriptor) => this.objects.ofKind(descriptor, "program"),
      hold: (program) => this.objects.hold(program as ProgramObject),
      letGo: (program) => this.objects.letGo(program as ProgramObject),
    };
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
