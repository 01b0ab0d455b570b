import type { IndexedValues } from "../vm/host-function.ts";
import type { LinearMemory } from "../vm/memory.ts";
import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import type { MapPlace } from "./map-place.ts";
import { clearFields } from "./value-copy.ts";

/**
 * A map. Keys and values are passed as addresses in the machine's memory; `keySize` and `valueSize` bytes must be there.
 * Operations give 0 or a negative error number (ERRNO), as the kernel's functions of the same map do.
 *
 * A type says what programs may do, and where user space sees something else, that too. What it leaves alone does what the
 * kernel does for types without the operation.
 */
export abstract class BpfMap {
  readonly definition: MapDefinition;
  /** What a program's reference to the map loads. */
  abstract readonly address: number;
  protected readonly place: MapPlace;
  protected readonly memory: LinearMemory;

  constructor(definition: MapDefinition, place: MapPlace) {
    this.definition = definition;
    this.place = place;
    this.memory = place.machine.memory;
  }

  /** Address of the value that bpf_map_lookup_elem gives; 0: none. */
  abstract lookup(key: number): number;

  /** bpf_map_update_elem. @param flags UPDATE_FLAG, low 32 bits. */
  update(_key: number, _value: number, _flags: number): number {
    return -ERRNO.EINVAL;
  }

  /** bpf_map_delete_elem. */
  delete(_key: number): number {
    return -ERRNO.EINVAL;
  }

  /** bpf_map_push_elem. */
  push(_value: number, _flags: number): number {
    return -ERRNO.EINVAL;
  }

  /** bpf_map_pop_elem: the value goes to an address. */
  pop(_value: number): number {
    return -ERRNO.EINVAL;
  }

  /** bpf_map_peek_elem: the value goes to an address. */
  peek(_value: number): number {
    return -ERRNO.EINVAL;
  }

  /** Address of the value of one processor (bpf_map_lookup_percpu_elem); 0: none. */
  lookupOn(_key: number, _cpu: number): number {
    return 0;
  }

  /** Address of the map's only value, which programs may name by itself; 0: it has none (map_direct_value_addr). */
  directValue(): number {
    return 0;
  }

  /**
   * Gives each element to `visit` until it returns false (map_for_each_callback): addresses of key and value. Returns how many
   * it gave, or -ENOTSUPP.
   */
  walk(_visit: (key: number, value: number) => boolean): number {
    return -ERRNO.ENOTSUPP;
  }

  /** The element in whose value an address lies; undefined where it is in none. Its key may be a copy. */
  elementAt(_address: number): { readonly key: number; readonly value: number } | undefined {
    return undefined;
  }

  /** Called with a value whose element is deleted or written over, and its size. */
  readonly freed: ((value: number, bytes: number) => void)[] = [];

  /** Says that what only helpers change in a value is void. */
  protected onFree(value: number, bytes: number): void {
    for (const call of this.freed) call(value, bytes);
  }

  /** Where the values are if `lookup` of an index below the number of entries does nothing but find them. */
  indexedValues(): IndexedValues | undefined {
    return undefined;
  }

  /** Bytes behind `directValue` that programs may name. */
  get directSize(): number {
    return this.definition.valueSize;
  }

  /** Bytes of a value as user space sees it (bpf_map_value_size). */
  get userValueSize(): number {
    return this.definition.valueSize;
  }

  /** BPF_MAP_LOOKUP_ELEM: copies `userValueSize` bytes. */
  userLookup(key: number, value: number): number {
    const at = this.find(key);
    if (at === 0) return -ERRNO.ENOENT;
    this.memory.bytes.copyWithin(value, at, at + this.definition.valueSize);
    clearFields(this.memory, this.definition, value);
    return 0;
  }

  /** BPF_MAP_UPDATE_ELEM. */
  userUpdate(key: number, value: number, flags: number): number {
    return this.update(key, value, flags);
  }

  /** BPF_MAP_DELETE_ELEM. */
  userDelete(key: number): number {
    return this.delete(key);
  }

  /** BPF_MAP_LOOKUP_AND_DELETE_ELEM. */
  userTake(_key: number, _value: number): number {
    return -ERRNO.ENOTSUPP;
  }

  /** BPF_MAP_GET_NEXT_KEY: the key goes to `next`. @param key 0: the first key is asked for. */
  nextKey(_key: number, _next: number): number {
    return -ERRNO.EINVAL;
  }

  /** Address of a value, found without a trace (map_lookup_elem_sys_only). */
  protected find(key: number): number {
    return this.lookup(key);
  }

  /** Gives its memory back. No program may use it any more. */
  abstract release(): void;
}
