import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { FreeElements } from "./hash/free-elements.ts";
import { NONE } from "./hash/hash-table.ts";
import { HashedMap } from "./hash/hashed-map.ts";
import { IndexedMap } from "./indexed-map.ts";
import type { BpfMap } from "./map.ts";
import type { MapPlace } from "./map-place.ts";
import { CREATE_FLAG, MAP_TYPES, UPDATE_FLAG } from "./map-type.ts";

/** A map as maps of maps hold it. */
export interface HeldMap {
  readonly id: number;
  readonly map: BpfMap;
}

/** A map whose values are maps. Programs get the inner map's address; user space puts one in, and reads its id. */
export interface MapOfMaps extends BpfMap {
  /** What all inner maps are like. */
  readonly inner: MapDefinition;
  /** Puts a map that `isLike` the inner ones at the key that lies at `key`. */
  put(key: number, held: HeldMap, flags: number): number;
}

export const isMapOfMaps = (map: BpfMap): map is MapOfMaps =>
  map.definition.type === MAP_TYPES.array_of_maps || map.definition.type === MAP_TYPES.hash_of_maps;

/** May a map stand where maps of another definition do (map_meta_equal)? */
export function isLike(map: MapDefinition, inner: MapDefinition): boolean {
  return (
    map.type === inner.type &&
    map.keySize === inner.keySize &&
    map.valueSize === inner.valueSize &&
    map.flags === inner.flags &&
    (map.type !== MAP_TYPES.array || (inner.flags & CREATE_FLAG.INNER_MAP) !== 0 || map.maxEntries === inner.maxEntries)
  );
}

/** BPF_MAP_TYPE_ARRAY_OF_MAPS (kernel/bpf/arraymap.c). */
export class ArrayOfMaps extends IndexedMap implements MapOfMaps {
  readonly inner: MapDefinition;
  private readonly held: (HeldMap | undefined)[] = [];

  constructor(definition: MapDefinition, place: MapPlace, inner: MapDefinition) {
    super(definition, place);
    this.inner = inner;
  }

  lookup(key: number): number {
    return this.held[this.memory.uint32(key)]?.map.address ?? 0;
  }

  put(key: number, held: HeldMap, flags: number): number {
    if (flags !== UPDATE_FLAG.ANY) return -ERRNO.EINVAL;
    const index = this.memory.uint32(key);
    if (index >= this.definition.maxEntries) return -ERRNO.E2BIG;
    this.held[index] = held;
    return 0;
  }

  override userLookup(key: number, value: number): number {
    const held = this.held[this.memory.uint32(key)];
    if (held === undefined) return -ERRNO.ENOENT;
    this.memory.setUint32(value, held.id);
    return 0;
  }

  override userDelete(key: number): number {
    const index = this.memory.uint32(key);
    if (index >= this.definition.maxEntries) return -ERRNO.E2BIG;
    if (this.held[index] === undefined) return -ERRNO.ENOENT;
    this.held[index] = undefined;
    return 0;
  }
}

/** BPF_MAP_TYPE_HASH_OF_MAPS (kernel/bpf/hashtab.c). */
export class HashOfMaps extends HashedMap implements MapOfMaps {
  readonly inner: MapDefinition;
  private readonly waiting: FreeElements;
  private readonly held: (HeldMap | undefined)[] = [];

  constructor(definition: MapDefinition, place: MapPlace, inner: MapDefinition) {
    super(definition, place, definition.maxEntries);
    this.inner = inner;
    this.waiting = new FreeElements(definition.maxEntries);
  }

  override lookup(key: number): number {
    return this.heldAt(key)?.map.address ?? 0;
  }

  put(key: number, held: HeldMap, flags: number): number {
    if ((flags & ~UPDATE_FLAG.LOCK) >>> 0 > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    const hash = this.table.hash(key);
    const old = this.table.find(key, hash);
    const errno = this.permits(flags, old);
    if (errno !== 0) return errno;
    const element = old === NONE ? this.waiting.take() : old;
    if (element === undefined) return -ERRNO.E2BIG;
    this.held[element] = held;
    if (old === NONE) this.table.link(element, key, hash);
    return 0;
  }

  override userLookup(key: number, value: number): number {
    const held = this.heldAt(key);
    if (held === undefined) return -ERRNO.ENOENT;
    this.memory.setUint32(value, held.id);
    return 0;
  }

  override walk(): number {
    return -ERRNO.ENOTSUPP;
  }

  private heldAt(key: number): HeldMap | undefined {
    const element = this.table.find(key, this.table.hash(key));
    return element === NONE ? undefined : this.held[element];
  }

  protected free(element: number): void {
    this.held[element] = undefined;
    this.waiting.give(element);
  }
}
