import { ERRNO } from "../../maps/errno.ts";
import { MAP_TYPE } from "../../maps/map-type.ts";
import type { BpfSyscall } from "../../syscall.ts";
import { valueFields } from "../maps/value-fields.ts";
import type { MapSlot, ObjectFile, ObjectMap } from "../object-file.ts";

/** The commands of bpf(2) that an object's maps need: netsim's or the kernel's. */
export type MapCreation = Pick<BpfSyscall, "createMap" | "update" | "freeze"> &
  Partial<Pick<BpfSyscall, "loadBtf">> & { close?(descriptor: number): unknown };

/** What is not in the object. */
export interface CreateMapsOptions {
  /** Entries of perf event arrays that leave their number to the loader. */
  readonly possibleCpus: number;
  /** A map that is there already, by descriptor: one that another object has pinned, or one that the user gives. */
  readonly given?: (map: ObjectMap) => number | undefined;
}

/** bpf(2) refuses one of an object's maps, or what it is to hold. */
export class MapCreationError extends Error {
  readonly map: ObjectMap;
  /** Negative. */
  readonly errno: number;

  constructor(map: ObjectMap, errno: number) {
    super(`Map '${map.name}' cannot be made.`);
    this.name = "MapCreationError";
    this.map = map;
    this.errno = errno;
  }
}

/** Map types that BPF_MAP_CREATE takes no BTF for, whatever the object says (bpf_object__create_map of libbpf). */
const UNTYPED: ReadonlySet<number> = new Set([
  MAP_TYPE.perf_event_array,
  MAP_TYPE.cgroup_array,
  MAP_TYPE.stack_trace,
  MAP_TYPE.array_of_maps,
  MAP_TYPE.hash_of_maps,
  MAP_TYPE.devmap,
  MAP_TYPE.devmap_hash,
  MAP_TYPE.cpumap,
  MAP_TYPE.xskmap,
  MAP_TYPE.sockmap,
  MAP_TYPE.sockhash,
  MAP_TYPE.queue,
  MAP_TYPE.stack,
  MAP_TYPE.arena,
]);

/**
 * Creates an object's maps and fills them with data and with each other; arrays of programs wait for `fillProgramArrays`. Gives
 * their descriptors, by the indexes that instructions name. Throws MapCreationError.
 */
export function createMaps(object: ObjectFile, syscall: MapCreation, options: CreateMapsOptions): number[] {
  const btf = object.btf === undefined ? undefined : syscall.loadBtf?.(object.btf, 0);
  const create = (map: ObjectMap): number => {
    const inner = map.inner === undefined ? undefined : create(map.inner);
    const descriptor = createMap(map, object, syscall, options, btf, inner);
    if (inner !== undefined) syscall.close?.(inner);
    return descriptor;
  };
  const descriptors = object.maps.map((map) => options.given?.(map) ?? create(map));
  for (const [index, map] of object.maps.entries()) {
    if (options.given?.(map) !== undefined) continue;
    const descriptor = descriptors[index]!;
    if (map.contents !== undefined) succeed(map, syscall.update(descriptor, word(0), map.contents));
    for (const slot of map.slots)
      if ("map" in slot) succeed(map, syscall.update(descriptor, word(slot.key), word(descriptors[slot.map]!)));
    if (map.frozen) succeed(map, syscall.freeze(descriptor));
  }
  return descriptors;
}

function createMap(
  map: ObjectMap,
  { btf }: ObjectFile,
  syscall: MapCreation,
  { possibleCpus }: CreateMapsOptions,
  types: number | undefined,
  inner: number | undefined,
): number {
  const { name, type, keySize, valueSize, flags, numaNode, extra, keyTypeId: key = 0, valueTypeId: value = 0 } = map;
  const isEventArray = type === MAP_TYPE.perf_event_array;
  const fields = btf === undefined || value === 0 ? [] : valueFields(btf, value);
  const attributes = {
    type,
    keySize,
    valueSize,
    maxEntries: isEventArray && map.maxEntries === 0 ? possibleCpus : map.maxEntries,
    flags,
    name: kernelName(name),
    ...(numaNode === undefined ? {} : { numaNode }),
    ...(extra === undefined ? {} : { extra: Number(extra) }),
    ...(inner === undefined ? {} : { innerMap: inner }),
    ...(fields.length === 0 ? {} : { fields }),
  };
  const isTyped = types !== undefined && (key !== 0 || value !== 0) && !UNTYPED.has(type);
  // As libbpf does: types that do not fit are no reason to have no map.
  const descriptor = isTyped ? syscall.createMap({ ...attributes, types: { btf: types, key, value } }) : -ERRNO.EINVAL;
  return succeed(map, descriptor >= 0 ? descriptor : syscall.createMap(attributes));
}

/** Names in the kernel are of 15 characters, letters, digits, dots and underscores. */
const kernelName = (name: string): string => name.replace(/[^\w.]/g, "_").slice(0, 15);

function succeed(map: ObjectMap, result: number): number {
  if (result < 0) throw new MapCreationError(map, result);
  return result;
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/**
 * Puts programs where an object's arrays of programs have them at the start. Throws MapCreationError.
 * @param loaded descriptor of a program by its name; undefined where it is not loaded.
 */
export function fillProgramArrays(
  { maps }: ObjectFile,
  descriptors: readonly number[],
  syscall: Pick<MapCreation, "update">,
  loaded: (program: string) => number | undefined,
): void {
  const isProgram = (slot: MapSlot): slot is MapSlot & { program: string } => "program" in slot;
  for (const [index, map] of maps.entries())
    for (const slot of map.slots.filter(isProgram)) {
      const program = loaded(slot.program);
      if (program !== undefined) succeed(map, syscall.update(descriptors[index]!, word(slot.key), word(program)));
    }
}
